import { policies, type types } from "cassandra-driver";

type OperationInfo = policies.retry.OperationInfo;
type Decision = policies.retry.DecisionInfo;

const attempts = 3;

/** The driver's policy does not repeat a write that timed out, as it can't know that it is idempotent; ours are. */
export class IdempotentRetryPolicy extends policies.retry.RetryPolicy {
  override onWriteTimeout(info: OperationInfo, consistency: types.consistencies): Decision {
    return info.nbRetry < attempts ? this.retryResult(consistency, false) : this.rethrowResult();
  }
}

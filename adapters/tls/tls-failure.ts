/** Codes of Node's errors when no secure connection came about (OpenSSL's, and those of `tls`). */
const tlsFailure = /^(ERR_SSL_|ERR_TLS_|ERR_OSSL_|EPROTO$|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/;

/** Whether an error says that TLS failed: a certificate that is not trusted, or the peer's refusal of ours. */
export function isTlsFailure(error: unknown): error is Error {
  return error instanceof Error && "code" in error && tlsFailure.test(String(error.code));
}

/** Why it failed, without OpenSSL's places in its own source. */
export function tlsReason(error: Error): string {
  return "reason" in error && typeof error.reason === "string" ? error.reason : error.message;
}

/** What to do about it. */
export const tlsRemedy = "check that the server speaks TLS there and the certificates fit";

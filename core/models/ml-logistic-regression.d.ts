/** The part of ml-logistic-regression 2.0.0 that is used; the package has no types. */
declare module "ml-logistic-regression" {
  import type { Matrix } from "ml-matrix";

  export default class LogisticRegression {
    constructor(options: { numSteps: number; learningRate: number });
    /** One classifier a class, each of its class (0) against the others (1). */
    train(features: Matrix, classes: Matrix): void;
    readonly classifiers: { weights: Matrix }[];
  }
}

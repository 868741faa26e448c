/** Field manager of everything the operator applies: the same in all versions, else fields are never given up. */
export const fieldManager = "velib-operator";

/** Prefix of the operator's own labels and annotations. */
export const labelPrefix = "velib.dev";

/** Kept on a pipeline whose data goes with it, until that is gone. */
export const cleanUpFinalizer = "velib.dev/clean-up";

/** Who reports the events. */
export const eventController = "velib.dev/operator";

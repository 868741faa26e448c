import { ofBackbone } from "./backbone-rejections.ts";
import type { Rejection } from "./rejection.ts";
import { ofProcessing, ofServing, ofTrainings } from "./service-rejections.ts";
import { ofSources, ofUsers } from "./source-rejections.ts";

/** At least one for each rule of each kind; a test compares them. */
export const rejections: readonly Rejection[] = [
  ...ofSources,
  ...ofUsers,
  ...ofBackbone,
  ...ofProcessing,
  ...ofServing,
  ...ofTrainings,
];

import { MediaQuery } from "svelte/reactivity";

/** Whether the reader prefers dark colours; follows the setting. */
export const prefersDark = new MediaQuery("(prefers-color-scheme: dark)");

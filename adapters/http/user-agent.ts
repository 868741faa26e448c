import manifest from "../../package.json" with { type: "json" };

/** How the platform names itself to the servers that it polls. */
export const userAgent = `${manifest.name}/${manifest.version} (open platform for bike-share data)`;

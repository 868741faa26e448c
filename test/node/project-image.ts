/** The image under test, as `name:tag`: built and loaded by with-node.sh. */
export const testImage = process.env.TEST_IMAGE ?? "";

const [repository, tag] = testImage.split(":");

/** Settings by which the chart takes that image. */
export const imageSettings = ["--set", `image.repository=${repository},image.tag=${tag}`];

/** What PodSecurity's `restricted` asks of a pod and of its containers. */
export const nonRoot = {
  pod: {
    automountServiceAccountToken: false,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 65532,
      fsGroup: 65532,
      seccompProfile: { type: "RuntimeDefault" },
    },
  },
  container: {
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    },
  },
} as const;

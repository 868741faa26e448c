/** How members of a consumer group say what they own and are told what they get: the `consumer` embedded protocol. */
export { AssignerProtocol } from "kafkajs";

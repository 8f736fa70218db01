import * as $protobuf from "protobufjs/minimal.js";
import Long = require("long");

/** Namespace longwire. */
export namespace longwire {

    /** Namespace node. */
    namespace node {

        /** Namespace v1. */
        namespace v1 {

            /**
             * Properties of a Message.
             * @deprecated Use longwire.node.v1.Message.$Properties instead.
             */
            interface IMessage extends longwire.node.v1.Message.$Properties {
            }

            /** Represents a Message. */
            class Message {

                /**
                 * Constructs a new Message.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: longwire.node.v1.Message.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** Message messageId. */
                messageId: string;

                /** Message from. */
                from: string;

                /** Message payload. */
                payload: Uint8Array;

                /** Message sentAtMs. */
                sentAtMs: number;

                /** Message traceId. */
                traceId: string;

                /**
                 * Encodes the specified Message message. Does not implicitly {@link longwire.node.v1.Message.verify|verify} messages.
                 * @param message Message message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: longwire.node.v1.Message.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a Message message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {longwire.node.v1.Message & longwire.node.v1.Message.$Shape} Message
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): longwire.node.v1.Message & longwire.node.v1.Message.$Shape;
            }

            namespace Message {

                /** Properties of a Message. */
                interface $Properties {

                    /** Message messageId */
                    messageId?: (string|null);

                    /** Message from */
                    from?: (string|null);

                    /** Message payload */
                    payload?: (Uint8Array|null);

                    /** Message sentAtMs */
                    sentAtMs?: (number|null);

                    /** Message traceId */
                    traceId?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a Message. */
                type $Shape = longwire.node.v1.Message.$Properties;
            }

            /** OriginRole enum. */
            enum OriginRole {

                /** PUSH_SERVER value */
                PUSH_SERVER = 0,

                /** PUSH_ROUTE value */
                PUSH_ROUTE = 1
            }

            /**
             * Properties of a DeliverRequest.
             * @deprecated Use longwire.node.v1.DeliverRequest.$Properties instead.
             */
            interface IDeliverRequest extends longwire.node.v1.DeliverRequest.$Properties {
            }

            /** Represents a DeliverRequest. */
            class DeliverRequest {

                /**
                 * Constructs a new DeliverRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: longwire.node.v1.DeliverRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** DeliverRequest originRole. */
                originRole: longwire.node.v1.OriginRole;

                /** DeliverRequest originNodeId. */
                originNodeId: string;

                /** DeliverRequest deliveries. */
                deliveries: longwire.node.v1.Delivery.$Properties[];

                /** DeliverRequest originRun. */
                originRun: string;

                /**
                 * Encodes the specified DeliverRequest message. Does not implicitly {@link longwire.node.v1.DeliverRequest.verify|verify} messages.
                 * @param message DeliverRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: longwire.node.v1.DeliverRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a DeliverRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {longwire.node.v1.DeliverRequest & longwire.node.v1.DeliverRequest.$Shape} DeliverRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): longwire.node.v1.DeliverRequest & longwire.node.v1.DeliverRequest.$Shape;
            }

            namespace DeliverRequest {

                /** Properties of a DeliverRequest. */
                interface $Properties {

                    /** DeliverRequest originRole */
                    originRole?: (longwire.node.v1.OriginRole|null);

                    /** DeliverRequest originNodeId */
                    originNodeId?: (string|null);

                    /** DeliverRequest deliveries */
                    deliveries?: (longwire.node.v1.Delivery.$Properties[]|null);

                    /** DeliverRequest originRun */
                    originRun?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a DeliverRequest. */
                type $Shape = longwire.node.v1.DeliverRequest.$Properties;
            }

            /**
             * Properties of a Delivery.
             * @deprecated Use longwire.node.v1.Delivery.$Properties instead.
             */
            interface IDelivery extends longwire.node.v1.Delivery.$Properties {
            }

            /** Represents a Delivery. */
            class Delivery {

                /**
                 * Constructs a new Delivery.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: longwire.node.v1.Delivery.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** Delivery id. */
                id: number;

                /** Delivery message. */
                message?: (longwire.node.v1.Message.$Properties|null);

                /** Delivery clientIds. */
                clientIds: string[];

                /** Delivery acknowledge. */
                acknowledge: boolean;

                /** Delivery deadlineMs. */
                deadlineMs: number;

                /**
                 * Encodes the specified Delivery message. Does not implicitly {@link longwire.node.v1.Delivery.verify|verify} messages.
                 * @param message Delivery message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: longwire.node.v1.Delivery.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a Delivery message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {longwire.node.v1.Delivery & longwire.node.v1.Delivery.$Shape} Delivery
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): longwire.node.v1.Delivery & longwire.node.v1.Delivery.$Shape;
            }

            namespace Delivery {

                /** Properties of a Delivery. */
                interface $Properties {

                    /** Delivery id */
                    id?: (number|null);

                    /** Delivery message */
                    message?: (longwire.node.v1.Message.$Properties|null);

                    /** Delivery clientIds */
                    clientIds?: (string[]|null);

                    /** Delivery acknowledge */
                    acknowledge?: (boolean|null);

                    /** Delivery deadlineMs */
                    deadlineMs?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a Delivery. */
                type $Shape = longwire.node.v1.Delivery.$Properties;
            }

            /**
             * Properties of a DeliverResponse.
             * @deprecated Use longwire.node.v1.DeliverResponse.$Properties instead.
             */
            interface IDeliverResponse extends longwire.node.v1.DeliverResponse.$Properties {
            }

            /** Represents a DeliverResponse. */
            class DeliverResponse {

                /**
                 * Constructs a new DeliverResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: longwire.node.v1.DeliverResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** DeliverResponse outcomes. */
                outcomes?: (longwire.node.v1.Outcomes.$Properties|null);

                /**
                 * Encodes the specified DeliverResponse message. Does not implicitly {@link longwire.node.v1.DeliverResponse.verify|verify} messages.
                 * @param message DeliverResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: longwire.node.v1.DeliverResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a DeliverResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {longwire.node.v1.DeliverResponse & longwire.node.v1.DeliverResponse.$Shape} DeliverResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): longwire.node.v1.DeliverResponse & longwire.node.v1.DeliverResponse.$Shape;
            }

            namespace DeliverResponse {

                /** Properties of a DeliverResponse. */
                interface $Properties {

                    /** DeliverResponse outcomes */
                    outcomes?: (longwire.node.v1.Outcomes.$Properties|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a DeliverResponse. */
                type $Shape = longwire.node.v1.DeliverResponse.$Properties;
            }

            /**
             * Properties of an Outcomes.
             * @deprecated Use longwire.node.v1.Outcomes.$Properties instead.
             */
            interface IOutcomes extends longwire.node.v1.Outcomes.$Properties {
            }

            /** Represents an Outcomes. */
            class Outcomes {

                /**
                 * Constructs a new Outcomes.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: longwire.node.v1.Outcomes.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** Outcomes ids. */
                ids: number[];

                /** Outcomes positions. */
                positions: number[];

                /** Outcomes outcomes. */
                outcomes: Uint8Array;

                /**
                 * Encodes the specified Outcomes message. Does not implicitly {@link longwire.node.v1.Outcomes.verify|verify} messages.
                 * @param message Outcomes message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: longwire.node.v1.Outcomes.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes an Outcomes message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {longwire.node.v1.Outcomes & longwire.node.v1.Outcomes.$Shape} Outcomes
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): longwire.node.v1.Outcomes & longwire.node.v1.Outcomes.$Shape;
            }

            namespace Outcomes {

                /** Properties of an Outcomes. */
                interface $Properties {

                    /** Outcomes ids */
                    ids?: (number[]|null);

                    /** Outcomes positions */
                    positions?: (number[]|null);

                    /** Outcomes outcomes */
                    outcomes?: (Uint8Array|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of an Outcomes. */
                type $Shape = longwire.node.v1.Outcomes.$Properties;
            }

            /**
             * Properties of an OutcomesRequest.
             * @deprecated Use longwire.node.v1.OutcomesRequest.$Properties instead.
             */
            interface IOutcomesRequest extends longwire.node.v1.OutcomesRequest.$Properties {
            }

            /** Represents an OutcomesRequest. */
            class OutcomesRequest {

                /**
                 * Constructs a new OutcomesRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: longwire.node.v1.OutcomesRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** OutcomesRequest nodeId. */
                nodeId: string;

                /** OutcomesRequest originRun. */
                originRun: string;

                /** OutcomesRequest outcomes. */
                outcomes?: (longwire.node.v1.Outcomes.$Properties|null);

                /**
                 * Encodes the specified OutcomesRequest message. Does not implicitly {@link longwire.node.v1.OutcomesRequest.verify|verify} messages.
                 * @param message OutcomesRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: longwire.node.v1.OutcomesRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes an OutcomesRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {longwire.node.v1.OutcomesRequest & longwire.node.v1.OutcomesRequest.$Shape} OutcomesRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): longwire.node.v1.OutcomesRequest & longwire.node.v1.OutcomesRequest.$Shape;
            }

            namespace OutcomesRequest {

                /** Properties of an OutcomesRequest. */
                interface $Properties {

                    /** OutcomesRequest nodeId */
                    nodeId?: (string|null);

                    /** OutcomesRequest originRun */
                    originRun?: (string|null);

                    /** OutcomesRequest outcomes */
                    outcomes?: (longwire.node.v1.Outcomes.$Properties|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of an OutcomesRequest. */
                type $Shape = longwire.node.v1.OutcomesRequest.$Properties;
            }

            /**
             * Properties of a BroadcastRequest.
             * @deprecated Use longwire.node.v1.BroadcastRequest.$Properties instead.
             */
            interface IBroadcastRequest extends longwire.node.v1.BroadcastRequest.$Properties {
            }

            /** Represents a BroadcastRequest. */
            class BroadcastRequest {

                /**
                 * Constructs a new BroadcastRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: longwire.node.v1.BroadcastRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** BroadcastRequest message. */
                message?: (longwire.node.v1.Message.$Properties|null);

                /** BroadcastRequest acknowledge. */
                acknowledge: boolean;

                /** BroadcastRequest deadlineMs. */
                deadlineMs: number;

                /** BroadcastRequest boot. */
                boot: string;

                /**
                 * Encodes the specified BroadcastRequest message. Does not implicitly {@link longwire.node.v1.BroadcastRequest.verify|verify} messages.
                 * @param message BroadcastRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: longwire.node.v1.BroadcastRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a BroadcastRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {longwire.node.v1.BroadcastRequest & longwire.node.v1.BroadcastRequest.$Shape} BroadcastRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): longwire.node.v1.BroadcastRequest & longwire.node.v1.BroadcastRequest.$Shape;
            }

            namespace BroadcastRequest {

                /** Properties of a BroadcastRequest. */
                interface $Properties {

                    /** BroadcastRequest message */
                    message?: (longwire.node.v1.Message.$Properties|null);

                    /** BroadcastRequest acknowledge */
                    acknowledge?: (boolean|null);

                    /** BroadcastRequest deadlineMs */
                    deadlineMs?: (number|null);

                    /** BroadcastRequest boot */
                    boot?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a BroadcastRequest. */
                type $Shape = longwire.node.v1.BroadcastRequest.$Properties;
            }

            /**
             * Properties of a BroadcastResponse.
             * @deprecated Use longwire.node.v1.BroadcastResponse.$Properties instead.
             */
            interface IBroadcastResponse extends longwire.node.v1.BroadcastResponse.$Properties {
            }

            /** Represents a BroadcastResponse. */
            class BroadcastResponse {

                /**
                 * Constructs a new BroadcastResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: longwire.node.v1.BroadcastResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** BroadcastResponse counts. */
                counts: number[];

                /**
                 * Encodes the specified BroadcastResponse message. Does not implicitly {@link longwire.node.v1.BroadcastResponse.verify|verify} messages.
                 * @param message BroadcastResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: longwire.node.v1.BroadcastResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a BroadcastResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {longwire.node.v1.BroadcastResponse & longwire.node.v1.BroadcastResponse.$Shape} BroadcastResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): longwire.node.v1.BroadcastResponse & longwire.node.v1.BroadcastResponse.$Shape;
            }

            namespace BroadcastResponse {

                /** Properties of a BroadcastResponse. */
                interface $Properties {

                    /** BroadcastResponse counts */
                    counts?: (number[]|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a BroadcastResponse. */
                type $Shape = longwire.node.v1.BroadcastResponse.$Properties;
            }

            /**
             * Properties of a KickRequest.
             * @deprecated Use longwire.node.v1.KickRequest.$Properties instead.
             */
            interface IKickRequest extends longwire.node.v1.KickRequest.$Properties {
            }

            /** Represents a KickRequest. */
            class KickRequest {

                /**
                 * Constructs a new KickRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: longwire.node.v1.KickRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** KickRequest clientId. */
                clientId: string;

                /** KickRequest boot. */
                boot: string;

                /** KickRequest conn. */
                conn: number;

                /** KickRequest closeCode. */
                closeCode: number;

                /**
                 * Encodes the specified KickRequest message. Does not implicitly {@link longwire.node.v1.KickRequest.verify|verify} messages.
                 * @param message KickRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: longwire.node.v1.KickRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a KickRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {longwire.node.v1.KickRequest & longwire.node.v1.KickRequest.$Shape} KickRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): longwire.node.v1.KickRequest & longwire.node.v1.KickRequest.$Shape;
            }

            namespace KickRequest {

                /** Properties of a KickRequest. */
                interface $Properties {

                    /** KickRequest clientId */
                    clientId?: (string|null);

                    /** KickRequest boot */
                    boot?: (string|null);

                    /** KickRequest conn */
                    conn?: (number|null);

                    /** KickRequest closeCode */
                    closeCode?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a KickRequest. */
                type $Shape = longwire.node.v1.KickRequest.$Properties;
            }

            /**
             * Properties of a KickResponse.
             * @deprecated Use longwire.node.v1.KickResponse.$Properties instead.
             */
            interface IKickResponse extends longwire.node.v1.KickResponse.$Properties {
            }

            /** Represents a KickResponse. */
            class KickResponse {

                /**
                 * Constructs a new KickResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: longwire.node.v1.KickResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** KickResponse closed. */
                closed: boolean;

                /**
                 * Encodes the specified KickResponse message. Does not implicitly {@link longwire.node.v1.KickResponse.verify|verify} messages.
                 * @param message KickResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: longwire.node.v1.KickResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a KickResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {longwire.node.v1.KickResponse & longwire.node.v1.KickResponse.$Shape} KickResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): longwire.node.v1.KickResponse & longwire.node.v1.KickResponse.$Shape;
            }

            namespace KickResponse {

                /** Properties of a KickResponse. */
                interface $Properties {

                    /** KickResponse closed */
                    closed?: (boolean|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a KickResponse. */
                type $Shape = longwire.node.v1.KickResponse.$Properties;
            }

            /**
             * Properties of a HoldsRequest.
             * @deprecated Use longwire.node.v1.HoldsRequest.$Properties instead.
             */
            interface IHoldsRequest extends longwire.node.v1.HoldsRequest.$Properties {
            }

            /** Represents a HoldsRequest. */
            class HoldsRequest {

                /**
                 * Constructs a new HoldsRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: longwire.node.v1.HoldsRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** HoldsRequest boot. */
                boot: string;

                /** HoldsRequest connections. */
                connections: longwire.node.v1.HeldConnection.$Properties[];

                /**
                 * Encodes the specified HoldsRequest message. Does not implicitly {@link longwire.node.v1.HoldsRequest.verify|verify} messages.
                 * @param message HoldsRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: longwire.node.v1.HoldsRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a HoldsRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {longwire.node.v1.HoldsRequest & longwire.node.v1.HoldsRequest.$Shape} HoldsRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): longwire.node.v1.HoldsRequest & longwire.node.v1.HoldsRequest.$Shape;
            }

            namespace HoldsRequest {

                /** Properties of a HoldsRequest. */
                interface $Properties {

                    /** HoldsRequest boot */
                    boot?: (string|null);

                    /** HoldsRequest connections */
                    connections?: (longwire.node.v1.HeldConnection.$Properties[]|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a HoldsRequest. */
                type $Shape = longwire.node.v1.HoldsRequest.$Properties;
            }

            /**
             * Properties of a HeldConnection.
             * @deprecated Use longwire.node.v1.HeldConnection.$Properties instead.
             */
            interface IHeldConnection extends longwire.node.v1.HeldConnection.$Properties {
            }

            /** Represents a HeldConnection. */
            class HeldConnection {

                /**
                 * Constructs a new HeldConnection.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: longwire.node.v1.HeldConnection.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** HeldConnection clientId. */
                clientId: string;

                /** HeldConnection conn. */
                conn: number;

                /**
                 * Encodes the specified HeldConnection message. Does not implicitly {@link longwire.node.v1.HeldConnection.verify|verify} messages.
                 * @param message HeldConnection message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: longwire.node.v1.HeldConnection.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a HeldConnection message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {longwire.node.v1.HeldConnection & longwire.node.v1.HeldConnection.$Shape} HeldConnection
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): longwire.node.v1.HeldConnection & longwire.node.v1.HeldConnection.$Shape;
            }

            namespace HeldConnection {

                /** Properties of a HeldConnection. */
                interface $Properties {

                    /** HeldConnection clientId */
                    clientId?: (string|null);

                    /** HeldConnection conn */
                    conn?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a HeldConnection. */
                type $Shape = longwire.node.v1.HeldConnection.$Properties;
            }

            /**
             * Properties of a HoldsResponse.
             * @deprecated Use longwire.node.v1.HoldsResponse.$Properties instead.
             */
            interface IHoldsResponse extends longwire.node.v1.HoldsResponse.$Properties {
            }

            /** Represents a HoldsResponse. */
            class HoldsResponse {

                /**
                 * Constructs a new HoldsResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: longwire.node.v1.HoldsResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** HoldsResponse holds. */
                holds: boolean[];

                /**
                 * Encodes the specified HoldsResponse message. Does not implicitly {@link longwire.node.v1.HoldsResponse.verify|verify} messages.
                 * @param message HoldsResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: longwire.node.v1.HoldsResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a HoldsResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {longwire.node.v1.HoldsResponse & longwire.node.v1.HoldsResponse.$Shape} HoldsResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): longwire.node.v1.HoldsResponse & longwire.node.v1.HoldsResponse.$Shape;
            }

            namespace HoldsResponse {

                /** Properties of a HoldsResponse. */
                interface $Properties {

                    /** HoldsResponse holds */
                    holds?: (boolean[]|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a HoldsResponse. */
                type $Shape = longwire.node.v1.HoldsResponse.$Properties;
            }

            /**
             * Properties of a DrainRequest.
             * @deprecated Use longwire.node.v1.DrainRequest.$Properties instead.
             */
            interface IDrainRequest extends longwire.node.v1.DrainRequest.$Properties {
            }

            /** Represents a DrainRequest. */
            class DrainRequest {

                /**
                 * Constructs a new DrainRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: longwire.node.v1.DrainRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** DrainRequest boot. */
                boot: string;

                /**
                 * Encodes the specified DrainRequest message. Does not implicitly {@link longwire.node.v1.DrainRequest.verify|verify} messages.
                 * @param message DrainRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: longwire.node.v1.DrainRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a DrainRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {longwire.node.v1.DrainRequest & longwire.node.v1.DrainRequest.$Shape} DrainRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): longwire.node.v1.DrainRequest & longwire.node.v1.DrainRequest.$Shape;
            }

            namespace DrainRequest {

                /** Properties of a DrainRequest. */
                interface $Properties {

                    /** DrainRequest boot */
                    boot?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a DrainRequest. */
                type $Shape = longwire.node.v1.DrainRequest.$Properties;
            }

            /**
             * Properties of a DrainResponse.
             * @deprecated Use longwire.node.v1.DrainResponse.$Properties instead.
             */
            interface IDrainResponse extends longwire.node.v1.DrainResponse.$Properties {
            }

            /** Represents a DrainResponse. */
            class DrainResponse {

                /**
                 * Constructs a new DrainResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: longwire.node.v1.DrainResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** DrainResponse accepted. */
                accepted: boolean;

                /**
                 * Encodes the specified DrainResponse message. Does not implicitly {@link longwire.node.v1.DrainResponse.verify|verify} messages.
                 * @param message DrainResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: longwire.node.v1.DrainResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a DrainResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {longwire.node.v1.DrainResponse & longwire.node.v1.DrainResponse.$Shape} DrainResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): longwire.node.v1.DrainResponse & longwire.node.v1.DrainResponse.$Shape;
            }

            namespace DrainResponse {

                /** Properties of a DrainResponse. */
                interface $Properties {

                    /** DrainResponse accepted */
                    accepted?: (boolean|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a DrainResponse. */
                type $Shape = longwire.node.v1.DrainResponse.$Properties;
            }

            /**
             * Properties of a RebalanceRequest.
             * @deprecated Use longwire.node.v1.RebalanceRequest.$Properties instead.
             */
            interface IRebalanceRequest extends longwire.node.v1.RebalanceRequest.$Properties {
            }

            /** Represents a RebalanceRequest. */
            class RebalanceRequest {

                /**
                 * Constructs a new RebalanceRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: longwire.node.v1.RebalanceRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** RebalanceRequest clientsPerSecond. */
                clientsPerSecond: number;

                /**
                 * Encodes the specified RebalanceRequest message. Does not implicitly {@link longwire.node.v1.RebalanceRequest.verify|verify} messages.
                 * @param message RebalanceRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: longwire.node.v1.RebalanceRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a RebalanceRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {longwire.node.v1.RebalanceRequest & longwire.node.v1.RebalanceRequest.$Shape} RebalanceRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): longwire.node.v1.RebalanceRequest & longwire.node.v1.RebalanceRequest.$Shape;
            }

            namespace RebalanceRequest {

                /** Properties of a RebalanceRequest. */
                interface $Properties {

                    /** RebalanceRequest clientsPerSecond */
                    clientsPerSecond?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a RebalanceRequest. */
                type $Shape = longwire.node.v1.RebalanceRequest.$Properties;
            }

            /**
             * Properties of a RebalanceResponse.
             * @deprecated Use longwire.node.v1.RebalanceResponse.$Properties instead.
             */
            interface IRebalanceResponse extends longwire.node.v1.RebalanceResponse.$Properties {
            }

            /** Represents a RebalanceResponse. */
            class RebalanceResponse {

                /**
                 * Constructs a new RebalanceResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: longwire.node.v1.RebalanceResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** RebalanceResponse clients. */
                clients: number;

                /**
                 * Encodes the specified RebalanceResponse message. Does not implicitly {@link longwire.node.v1.RebalanceResponse.verify|verify} messages.
                 * @param message RebalanceResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: longwire.node.v1.RebalanceResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a RebalanceResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {longwire.node.v1.RebalanceResponse & longwire.node.v1.RebalanceResponse.$Shape} RebalanceResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): longwire.node.v1.RebalanceResponse & longwire.node.v1.RebalanceResponse.$Shape;
            }

            namespace RebalanceResponse {

                /** Properties of a RebalanceResponse. */
                interface $Properties {

                    /** RebalanceResponse clients */
                    clients?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a RebalanceResponse. */
                type $Shape = longwire.node.v1.RebalanceResponse.$Properties;
            }
        }
    }
}

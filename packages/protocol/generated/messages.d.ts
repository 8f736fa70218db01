import * as $protobuf from "protobufjs/minimal.js";
import Long = require("long");

/** Namespace longwire. */
export namespace longwire {

    /** Namespace v1. */
    namespace v1 {

        /**
         * Properties of a Connect.
         * @deprecated Use longwire.v1.Connect.$Properties instead.
         */
        interface IConnect extends longwire.v1.Connect.$Properties {
        }

        /** Represents a Connect. */
        class Connect {

            /**
             * Constructs a new Connect.
             * @param [properties] Properties to set
             */
            constructor(properties?: longwire.v1.Connect.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Connect versionMin. */
            versionMin: number;

            /** Connect versionMax. */
            versionMax: number;

            /** Connect token. */
            token: string;

            /** Connect agent. */
            agent: string;

            /**
             * Encodes the specified Connect message. Does not implicitly {@link longwire.v1.Connect.verify|verify} messages.
             * @param message Connect message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: longwire.v1.Connect.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Connect message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {longwire.v1.Connect & longwire.v1.Connect.$Shape} Connect
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): longwire.v1.Connect & longwire.v1.Connect.$Shape;
        }

        namespace Connect {

            /** Properties of a Connect. */
            interface $Properties {

                /** Connect versionMin */
                versionMin?: (number|null);

                /** Connect versionMax */
                versionMax?: (number|null);

                /** Connect token */
                token?: (string|null);

                /** Connect agent */
                agent?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Connect. */
            type $Shape = longwire.v1.Connect.$Properties;
        }

        /**
         * Properties of a Connected.
         * @deprecated Use longwire.v1.Connected.$Properties instead.
         */
        interface IConnected extends longwire.v1.Connected.$Properties {
        }

        /** Represents a Connected. */
        class Connected {

            /**
             * Constructs a new Connected.
             * @param [properties] Properties to set
             */
            constructor(properties?: longwire.v1.Connected.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Connected version. */
            version: number;

            /** Connected connection. */
            connection: string;

            /** Connected heartbeatIntervalMs. */
            heartbeatIntervalMs: number;

            /** Connected idleTimeoutMs. */
            idleTimeoutMs: number;

            /** Connected limits. */
            limits?: (longwire.v1.Limits.$Properties|null);

            /** Connected tokenExpiresAtMs. */
            tokenExpiresAtMs: number;

            /**
             * Encodes the specified Connected message. Does not implicitly {@link longwire.v1.Connected.verify|verify} messages.
             * @param message Connected message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: longwire.v1.Connected.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Connected message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {longwire.v1.Connected & longwire.v1.Connected.$Shape} Connected
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): longwire.v1.Connected & longwire.v1.Connected.$Shape;
        }

        namespace Connected {

            /** Properties of a Connected. */
            interface $Properties {

                /** Connected version */
                version?: (number|null);

                /** Connected connection */
                connection?: (string|null);

                /** Connected heartbeatIntervalMs */
                heartbeatIntervalMs?: (number|null);

                /** Connected idleTimeoutMs */
                idleTimeoutMs?: (number|null);

                /** Connected limits */
                limits?: (longwire.v1.Limits.$Properties|null);

                /** Connected tokenExpiresAtMs */
                tokenExpiresAtMs?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Connected. */
            type $Shape = longwire.v1.Connected.$Properties;
        }

        /**
         * Properties of a Limits.
         * @deprecated Use longwire.v1.Limits.$Properties instead.
         */
        interface ILimits extends longwire.v1.Limits.$Properties {
        }

        /** Represents a Limits. */
        class Limits {

            /**
             * Constructs a new Limits.
             * @param [properties] Properties to set
             */
            constructor(properties?: longwire.v1.Limits.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Limits maxFrameBytes. */
            maxFrameBytes: number;

            /** Limits maxInFlight. */
            maxInFlight: number;

            /** Limits maxMessagesPerSecond. */
            maxMessagesPerSecond: number;

            /**
             * Encodes the specified Limits message. Does not implicitly {@link longwire.v1.Limits.verify|verify} messages.
             * @param message Limits message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: longwire.v1.Limits.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Limits message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {longwire.v1.Limits & longwire.v1.Limits.$Shape} Limits
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): longwire.v1.Limits & longwire.v1.Limits.$Shape;
        }

        namespace Limits {

            /** Properties of a Limits. */
            interface $Properties {

                /** Limits maxFrameBytes */
                maxFrameBytes?: (number|null);

                /** Limits maxInFlight */
                maxInFlight?: (number|null);

                /** Limits maxMessagesPerSecond */
                maxMessagesPerSecond?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Limits. */
            type $Shape = longwire.v1.Limits.$Properties;
        }

        /**
         * Properties of a Publish.
         * @deprecated Use longwire.v1.Publish.$Properties instead.
         */
        interface IPublish extends longwire.v1.Publish.$Properties {
        }

        /** Represents a Publish. */
        class Publish {

            /**
             * Constructs a new Publish.
             * @param [properties] Properties to set
             */
            constructor(properties?: longwire.v1.Publish.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Publish messageId. */
            messageId: string;

            /** Publish kind. */
            kind: string;

            /** Publish payload. */
            payload: Uint8Array;

            /**
             * Encodes the specified Publish message. Does not implicitly {@link longwire.v1.Publish.verify|verify} messages.
             * @param message Publish message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: longwire.v1.Publish.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Publish message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {longwire.v1.Publish & longwire.v1.Publish.$Shape} Publish
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): longwire.v1.Publish & longwire.v1.Publish.$Shape;
        }

        namespace Publish {

            /** Properties of a Publish. */
            interface $Properties {

                /** Publish messageId */
                messageId?: (string|null);

                /** Publish kind */
                kind?: (string|null);

                /** Publish payload */
                payload?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Publish. */
            type $Shape = longwire.v1.Publish.$Properties;
        }

        /**
         * Properties of a Published.
         * @deprecated Use longwire.v1.Published.$Properties instead.
         */
        interface IPublished extends longwire.v1.Published.$Properties {
        }

        /** Represents a Published. */
        class Published {

            /**
             * Constructs a new Published.
             * @param [properties] Properties to set
             */
            constructor(properties?: longwire.v1.Published.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Published messageId. */
            messageId: string;

            /** Published status. */
            status: longwire.v1.PublishStatus;

            /** Published detail. */
            detail: string;

            /**
             * Encodes the specified Published message. Does not implicitly {@link longwire.v1.Published.verify|verify} messages.
             * @param message Published message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: longwire.v1.Published.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Published message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {longwire.v1.Published & longwire.v1.Published.$Shape} Published
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): longwire.v1.Published & longwire.v1.Published.$Shape;
        }

        namespace Published {

            /** Properties of a Published. */
            interface $Properties {

                /** Published messageId */
                messageId?: (string|null);

                /** Published status */
                status?: (longwire.v1.PublishStatus|null);

                /** Published detail */
                detail?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Published. */
            type $Shape = longwire.v1.Published.$Properties;
        }

        /** PublishStatus enum. */
        enum PublishStatus {

            /** PUBLISH_STATUS_ACCEPTED value */
            PUBLISH_STATUS_ACCEPTED = 0,

            /** PUBLISH_STATUS_RETRY value */
            PUBLISH_STATUS_RETRY = 1,

            /** PUBLISH_STATUS_REJECTED value */
            PUBLISH_STATUS_REJECTED = 2
        }

        /**
         * Properties of a Send.
         * @deprecated Use longwire.v1.Send.$Properties instead.
         */
        interface ISend extends longwire.v1.Send.$Properties {
        }

        /** Represents a Send. */
        class Send {

            /**
             * Constructs a new Send.
             * @param [properties] Properties to set
             */
            constructor(properties?: longwire.v1.Send.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Send messageId. */
            messageId: string;

            /** Send to. */
            to: string;

            /** Send payload. */
            payload: Uint8Array;

            /**
             * Encodes the specified Send message. Does not implicitly {@link longwire.v1.Send.verify|verify} messages.
             * @param message Send message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: longwire.v1.Send.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Send message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {longwire.v1.Send & longwire.v1.Send.$Shape} Send
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): longwire.v1.Send & longwire.v1.Send.$Shape;
        }

        namespace Send {

            /** Properties of a Send. */
            interface $Properties {

                /** Send messageId */
                messageId?: (string|null);

                /** Send to */
                to?: (string|null);

                /** Send payload */
                payload?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Send. */
            type $Shape = longwire.v1.Send.$Properties;
        }

        /**
         * Properties of a Sent.
         * @deprecated Use longwire.v1.Sent.$Properties instead.
         */
        interface ISent extends longwire.v1.Sent.$Properties {
        }

        /** Represents a Sent. */
        class Sent {

            /**
             * Constructs a new Sent.
             * @param [properties] Properties to set
             */
            constructor(properties?: longwire.v1.Sent.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Sent messageId. */
            messageId: string;

            /** Sent status. */
            status: longwire.v1.SendStatus;

            /** Sent detail. */
            detail: string;

            /**
             * Encodes the specified Sent message. Does not implicitly {@link longwire.v1.Sent.verify|verify} messages.
             * @param message Sent message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: longwire.v1.Sent.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Sent message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {longwire.v1.Sent & longwire.v1.Sent.$Shape} Sent
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): longwire.v1.Sent & longwire.v1.Sent.$Shape;
        }

        namespace Sent {

            /** Properties of a Sent. */
            interface $Properties {

                /** Sent messageId */
                messageId?: (string|null);

                /** Sent status */
                status?: (longwire.v1.SendStatus|null);

                /** Sent detail */
                detail?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Sent. */
            type $Shape = longwire.v1.Sent.$Properties;
        }

        /** SendStatus enum. */
        enum SendStatus {

            /** SEND_STATUS_DELIVERED value */
            SEND_STATUS_DELIVERED = 0,

            /** SEND_STATUS_OFFLINE value */
            SEND_STATUS_OFFLINE = 1,

            /** SEND_STATUS_QUEUE_FULL value */
            SEND_STATUS_QUEUE_FULL = 2,

            /** SEND_STATUS_RETRY value */
            SEND_STATUS_RETRY = 3,

            /** SEND_STATUS_REJECTED value */
            SEND_STATUS_REJECTED = 4
        }

        /**
         * Properties of a Deliver.
         * @deprecated Use longwire.v1.Deliver.$Properties instead.
         */
        interface IDeliver extends longwire.v1.Deliver.$Properties {
        }

        /** Represents a Deliver. */
        class Deliver {

            /**
             * Constructs a new Deliver.
             * @param [properties] Properties to set
             */
            constructor(properties?: longwire.v1.Deliver.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Deliver deliveryId. */
            deliveryId: number;

            /** Deliver messageId. */
            messageId: string;

            /** Deliver from. */
            from: string;

            /** Deliver payload. */
            payload: Uint8Array;

            /** Deliver sentAtMs. */
            sentAtMs: number;

            /**
             * Encodes the specified Deliver message. Does not implicitly {@link longwire.v1.Deliver.verify|verify} messages.
             * @param message Deliver message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: longwire.v1.Deliver.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Deliver message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {longwire.v1.Deliver & longwire.v1.Deliver.$Shape} Deliver
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): longwire.v1.Deliver & longwire.v1.Deliver.$Shape;
        }

        namespace Deliver {

            /** Properties of a Deliver. */
            interface $Properties {

                /** Deliver deliveryId */
                deliveryId?: (number|null);

                /** Deliver messageId */
                messageId?: (string|null);

                /** Deliver from */
                from?: (string|null);

                /** Deliver payload */
                payload?: (Uint8Array|null);

                /** Deliver sentAtMs */
                sentAtMs?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Deliver. */
            type $Shape = longwire.v1.Deliver.$Properties;
        }

        /**
         * Properties of an Acknowledge.
         * @deprecated Use longwire.v1.Acknowledge.$Properties instead.
         */
        interface IAcknowledge extends longwire.v1.Acknowledge.$Properties {
        }

        /** Represents an Acknowledge. */
        class Acknowledge {

            /**
             * Constructs a new Acknowledge.
             * @param [properties] Properties to set
             */
            constructor(properties?: longwire.v1.Acknowledge.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Acknowledge deliveryIds. */
            deliveryIds: number[];

            /**
             * Encodes the specified Acknowledge message. Does not implicitly {@link longwire.v1.Acknowledge.verify|verify} messages.
             * @param message Acknowledge message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: longwire.v1.Acknowledge.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Acknowledge message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {longwire.v1.Acknowledge & longwire.v1.Acknowledge.$Shape} Acknowledge
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): longwire.v1.Acknowledge & longwire.v1.Acknowledge.$Shape;
        }

        namespace Acknowledge {

            /** Properties of an Acknowledge. */
            interface $Properties {

                /** Acknowledge deliveryIds */
                deliveryIds?: (number[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Acknowledge. */
            type $Shape = longwire.v1.Acknowledge.$Properties;
        }

        /**
         * Properties of a Redirect.
         * @deprecated Use longwire.v1.Redirect.$Properties instead.
         */
        interface IRedirect extends longwire.v1.Redirect.$Properties {
        }

        /** Represents a Redirect. */
        class Redirect {

            /**
             * Constructs a new Redirect.
             * @param [properties] Properties to set
             */
            constructor(properties?: longwire.v1.Redirect.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Redirect addresses. */
            addresses: string[];

            /** Redirect delayMs. */
            delayMs: number;

            /**
             * Encodes the specified Redirect message. Does not implicitly {@link longwire.v1.Redirect.verify|verify} messages.
             * @param message Redirect message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: longwire.v1.Redirect.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Redirect message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {longwire.v1.Redirect & longwire.v1.Redirect.$Shape} Redirect
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): longwire.v1.Redirect & longwire.v1.Redirect.$Shape;
        }

        namespace Redirect {

            /** Properties of a Redirect. */
            interface $Properties {

                /** Redirect addresses */
                addresses?: (string[]|null);

                /** Redirect delayMs */
                delayMs?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Redirect. */
            type $Shape = longwire.v1.Redirect.$Properties;
        }

        /**
         * Properties of a Close.
         * @deprecated Use longwire.v1.Close.$Properties instead.
         */
        interface IClose extends longwire.v1.Close.$Properties {
        }

        /** Represents a Close. */
        class Close {

            /**
             * Constructs a new Close.
             * @param [properties] Properties to set
             */
            constructor(properties?: longwire.v1.Close.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Close code. */
            code: number;

            /** Close reason. */
            reason: string;

            /** Close retryAfterMs. */
            retryAfterMs: number;

            /**
             * Encodes the specified Close message. Does not implicitly {@link longwire.v1.Close.verify|verify} messages.
             * @param message Close message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: longwire.v1.Close.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Close message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {longwire.v1.Close & longwire.v1.Close.$Shape} Close
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): longwire.v1.Close & longwire.v1.Close.$Shape;
        }

        namespace Close {

            /** Properties of a Close. */
            interface $Properties {

                /** Close code */
                code?: (number|null);

                /** Close reason */
                reason?: (string|null);

                /** Close retryAfterMs */
                retryAfterMs?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Close. */
            type $Shape = longwire.v1.Close.$Properties;
        }

        /**
         * Properties of a Refresh.
         * @deprecated Use longwire.v1.Refresh.$Properties instead.
         */
        interface IRefresh extends longwire.v1.Refresh.$Properties {
        }

        /** Represents a Refresh. */
        class Refresh {

            /**
             * Constructs a new Refresh.
             * @param [properties] Properties to set
             */
            constructor(properties?: longwire.v1.Refresh.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Refresh token. */
            token: string;

            /**
             * Encodes the specified Refresh message. Does not implicitly {@link longwire.v1.Refresh.verify|verify} messages.
             * @param message Refresh message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: longwire.v1.Refresh.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Refresh message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {longwire.v1.Refresh & longwire.v1.Refresh.$Shape} Refresh
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): longwire.v1.Refresh & longwire.v1.Refresh.$Shape;
        }

        namespace Refresh {

            /** Properties of a Refresh. */
            interface $Properties {

                /** Refresh token */
                token?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Refresh. */
            type $Shape = longwire.v1.Refresh.$Properties;
        }

        /**
         * Properties of a Refreshed.
         * @deprecated Use longwire.v1.Refreshed.$Properties instead.
         */
        interface IRefreshed extends longwire.v1.Refreshed.$Properties {
        }

        /** Represents a Refreshed. */
        class Refreshed {

            /**
             * Constructs a new Refreshed.
             * @param [properties] Properties to set
             */
            constructor(properties?: longwire.v1.Refreshed.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Refreshed tokenExpiresAtMs. */
            tokenExpiresAtMs: number;

            /**
             * Encodes the specified Refreshed message. Does not implicitly {@link longwire.v1.Refreshed.verify|verify} messages.
             * @param message Refreshed message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: longwire.v1.Refreshed.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Refreshed message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {longwire.v1.Refreshed & longwire.v1.Refreshed.$Shape} Refreshed
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): longwire.v1.Refreshed & longwire.v1.Refreshed.$Shape;
        }

        namespace Refreshed {

            /** Properties of a Refreshed. */
            interface $Properties {

                /** Refreshed tokenExpiresAtMs */
                tokenExpiresAtMs?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Refreshed. */
            type $Shape = longwire.v1.Refreshed.$Properties;
        }
    }
}

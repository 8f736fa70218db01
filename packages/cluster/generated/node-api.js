/*eslint-disable block-scoped-var, id-length, no-control-regex, no-magic-numbers, no-mixed-operators, no-prototype-builtins, no-redeclare, no-shadow, no-var, sort-vars, default-case, jsdoc/require-param*/
import $protobuf from "protobufjs/minimal.js";

// Common aliases
const $Reader = $protobuf.Reader, $Writer = $protobuf.Writer, $util = $protobuf.util;
const $Object = $util.global.Object, $undefined = $util.global.undefined, $Error = $util.global.Error, $RangeError = $util.global.RangeError;

// Exported root namespace
const $root = $protobuf.roots["longwire-node-api"] || ($protobuf.roots["longwire-node-api"] = {});

export const longwire = $root.longwire = (() => {

    /**
     * Namespace longwire.
     * @exports longwire
     * @namespace
     */
    const longwire = {};

    longwire.node = (function() {

        /**
         * Namespace node.
         * @memberof longwire
         * @namespace
         */
        const node = {};

        node.v1 = (function() {

            /**
             * Namespace v1.
             * @memberof longwire.node
             * @namespace
             */
            const v1 = {};

            v1.Message = (function() {

                /**
                 * Properties of a Message.
                 * @typedef {Object} longwire.node.v1.Message.$Properties
                 * @property {string|null} [messageId] Message messageId
                 * @property {string|null} [from] Message from
                 * @property {Uint8Array|null} [payload] Message payload
                 * @property {number|null} [sentAtMs] Message sentAtMs
                 * @property {string|null} [traceId] Message traceId
                 * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
                 */

                /**
                 * Properties of a Message.
                 * @memberof longwire.node.v1
                 * @interface IMessage
                 * @augments longwire.node.v1.Message.$Properties
                 * @deprecated Use longwire.node.v1.Message.$Properties instead.
                 */

                /**
                 * Shape of a Message.
                 * @typedef {longwire.node.v1.Message.$Properties} longwire.node.v1.Message.$Shape
                 */

                /**
                 * Constructs a new Message.
                 * @memberof longwire.node.v1
                 * @classdesc Represents a Message.
                 * @constructor
                 * @param {longwire.node.v1.Message.$Properties=} [properties] Properties to set
                 * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
                 */
                const Message = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                /**
                 * Message messageId.
                 * @member {string} messageId
                 * @memberof longwire.node.v1.Message
                 * @instance
                 */
                Message.prototype.messageId = "";

                /**
                 * Message from.
                 * @member {string} from
                 * @memberof longwire.node.v1.Message
                 * @instance
                 */
                Message.prototype.from = "";

                /**
                 * Message payload.
                 * @member {Uint8Array} payload
                 * @memberof longwire.node.v1.Message
                 * @instance
                 */
                Message.prototype.payload = $util.newBuffer([]);

                /**
                 * Message sentAtMs.
                 * @member {number} sentAtMs
                 * @memberof longwire.node.v1.Message
                 * @instance
                 */
                Message.prototype.sentAtMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

                /**
                 * Message traceId.
                 * @member {string} traceId
                 * @memberof longwire.node.v1.Message
                 * @instance
                 */
                Message.prototype.traceId = "";

                /**
                 * Encodes the specified Message message. Does not implicitly {@link longwire.node.v1.Message.verify|verify} messages.
                 * @function encode
                 * @memberof longwire.node.v1.Message
                 * @static
                 * @param {longwire.node.v1.Message.$Properties} message Message message or plain object to encode
                 * @param {$protobuf.Writer} [writer] Writer to encode to
                 * @returns {$protobuf.Writer} Writer
                 */
                Message.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.messageId != null && $Object.hasOwnProperty.call(message, "messageId") && message.messageId !== "")
                        writer.uint32(/* id 1, wireType 2 =*/10).string(message.messageId);
                    if (message.from != null && $Object.hasOwnProperty.call(message, "from") && message.from !== "")
                        writer.uint32(/* id 2, wireType 2 =*/18).string(message.from);
                    if (message.payload != null && $Object.hasOwnProperty.call(message, "payload") && message.payload.length)
                        writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.payload);
                    if (message.sentAtMs != null && $Object.hasOwnProperty.call(message, "sentAtMs") && (typeof message.sentAtMs === "object" ? message.sentAtMs.low || message.sentAtMs.high : message.sentAtMs !== 0))
                        writer.uint32(/* id 4, wireType 0 =*/32).uint64(message.sentAtMs);
                    if (message.traceId != null && $Object.hasOwnProperty.call(message, "traceId") && message.traceId !== "")
                        writer.uint32(/* id 5, wireType 2 =*/42).string(message.traceId);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                /**
                 * Decodes a Message message from the specified reader or buffer.
                 * @function decode
                 * @memberof longwire.node.v1.Message
                 * @static
                 * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
                 * @param {number} [length] Message length if known beforehand
                 * @returns {longwire.node.v1.Message & longwire.node.v1.Message.$Shape} Message
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                Message.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.longwire.node.v1.Message();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.messageId = value;
                                else
                                    delete message.messageId;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.from = value;
                                else
                                    delete message.from;
                                continue;
                            }
                        case 3: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.bytes()).length)
                                    message.payload = value;
                                else
                                    delete message.payload;
                                continue;
                            }
                        case 4: {
                                if (wireType !== 0)
                                    break;
                                if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                    message.sentAtMs = value;
                                else
                                    delete message.sentAtMs;
                                continue;
                            }
                        case 5: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.traceId = value;
                                else
                                    delete message.traceId;
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                return Message;
            })();

            /**
             * OriginRole enum.
             * @name longwire.node.v1.OriginRole
             * @enum {number}
             * @property {number} PUSH_SERVER=0 PUSH_SERVER value
             * @property {number} PUSH_ROUTE=1 PUSH_ROUTE value
             */
            v1.OriginRole = (function() {
                const valuesById = $Object.create(null), values = $Object.create(valuesById);
                values[valuesById[0] = "PUSH_SERVER"] = 0;
                values[valuesById[1] = "PUSH_ROUTE"] = 1;
                return values;
            })();

            v1.DeliverRequest = (function() {

                /**
                 * Properties of a DeliverRequest.
                 * @typedef {Object} longwire.node.v1.DeliverRequest.$Properties
                 * @property {longwire.node.v1.OriginRole|null} [originRole] DeliverRequest originRole
                 * @property {string|null} [originNodeId] DeliverRequest originNodeId
                 * @property {Array.<longwire.node.v1.Delivery.$Properties>|null} [deliveries] DeliverRequest deliveries
                 * @property {string|null} [originRun] DeliverRequest originRun
                 * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
                 */

                /**
                 * Properties of a DeliverRequest.
                 * @memberof longwire.node.v1
                 * @interface IDeliverRequest
                 * @augments longwire.node.v1.DeliverRequest.$Properties
                 * @deprecated Use longwire.node.v1.DeliverRequest.$Properties instead.
                 */

                /**
                 * Shape of a DeliverRequest.
                 * @typedef {longwire.node.v1.DeliverRequest.$Properties} longwire.node.v1.DeliverRequest.$Shape
                 */

                /**
                 * Constructs a new DeliverRequest.
                 * @memberof longwire.node.v1
                 * @classdesc Represents a DeliverRequest.
                 * @constructor
                 * @param {longwire.node.v1.DeliverRequest.$Properties=} [properties] Properties to set
                 * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
                 */
                const DeliverRequest = function (properties) {
                    this.deliveries = [];
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                /**
                 * DeliverRequest originRole.
                 * @member {longwire.node.v1.OriginRole} originRole
                 * @memberof longwire.node.v1.DeliverRequest
                 * @instance
                 */
                DeliverRequest.prototype.originRole = 0;

                /**
                 * DeliverRequest originNodeId.
                 * @member {string} originNodeId
                 * @memberof longwire.node.v1.DeliverRequest
                 * @instance
                 */
                DeliverRequest.prototype.originNodeId = "";

                /**
                 * DeliverRequest deliveries.
                 * @member {Array.<longwire.node.v1.Delivery.$Properties>} deliveries
                 * @memberof longwire.node.v1.DeliverRequest
                 * @instance
                 */
                DeliverRequest.prototype.deliveries = $util.emptyArray;

                /**
                 * DeliverRequest originRun.
                 * @member {string} originRun
                 * @memberof longwire.node.v1.DeliverRequest
                 * @instance
                 */
                DeliverRequest.prototype.originRun = "";

                /**
                 * Encodes the specified DeliverRequest message. Does not implicitly {@link longwire.node.v1.DeliverRequest.verify|verify} messages.
                 * @function encode
                 * @memberof longwire.node.v1.DeliverRequest
                 * @static
                 * @param {longwire.node.v1.DeliverRequest.$Properties} message DeliverRequest message or plain object to encode
                 * @param {$protobuf.Writer} [writer] Writer to encode to
                 * @returns {$protobuf.Writer} Writer
                 */
                DeliverRequest.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.originRole != null && $Object.hasOwnProperty.call(message, "originRole") && message.originRole !== 0)
                        writer.uint32(/* id 1, wireType 0 =*/8).int32(message.originRole);
                    if (message.originNodeId != null && $Object.hasOwnProperty.call(message, "originNodeId") && message.originNodeId !== "")
                        writer.uint32(/* id 2, wireType 2 =*/18).string(message.originNodeId);
                    if (message.deliveries != null && message.deliveries.length)
                        for (let i = 0; i < message.deliveries.length; ++i)
                            $root.longwire.node.v1.Delivery.encode(message.deliveries[i], writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                    if (message.originRun != null && $Object.hasOwnProperty.call(message, "originRun") && message.originRun !== "")
                        writer.uint32(/* id 4, wireType 2 =*/34).string(message.originRun);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                /**
                 * Decodes a DeliverRequest message from the specified reader or buffer.
                 * @function decode
                 * @memberof longwire.node.v1.DeliverRequest
                 * @static
                 * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
                 * @param {number} [length] Message length if known beforehand
                 * @returns {longwire.node.v1.DeliverRequest & longwire.node.v1.DeliverRequest.$Shape} DeliverRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                DeliverRequest.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.longwire.node.v1.DeliverRequest();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.int32())
                                    message.originRole = value;
                                else
                                    delete message.originRole;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.originNodeId = value;
                                else
                                    delete message.originNodeId;
                                continue;
                            }
                        case 3: {
                                if (wireType !== 2)
                                    break;
                                if (!(message.deliveries && message.deliveries.length))
                                    message.deliveries = [];
                                message.deliveries.push($root.longwire.node.v1.Delivery.decode(reader, reader.size(), $undefined, _depth + 1));
                                continue;
                            }
                        case 4: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.originRun = value;
                                else
                                    delete message.originRun;
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                return DeliverRequest;
            })();

            v1.Delivery = (function() {

                /**
                 * Properties of a Delivery.
                 * @typedef {Object} longwire.node.v1.Delivery.$Properties
                 * @property {number|null} [id] Delivery id
                 * @property {longwire.node.v1.Message.$Properties|null} [message] Delivery message
                 * @property {Array.<string>|null} [clientIds] Delivery clientIds
                 * @property {boolean|null} [acknowledge] Delivery acknowledge
                 * @property {number|null} [deadlineMs] Delivery deadlineMs
                 * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
                 */

                /**
                 * Properties of a Delivery.
                 * @memberof longwire.node.v1
                 * @interface IDelivery
                 * @augments longwire.node.v1.Delivery.$Properties
                 * @deprecated Use longwire.node.v1.Delivery.$Properties instead.
                 */

                /**
                 * Shape of a Delivery.
                 * @typedef {longwire.node.v1.Delivery.$Properties} longwire.node.v1.Delivery.$Shape
                 */

                /**
                 * Constructs a new Delivery.
                 * @memberof longwire.node.v1
                 * @classdesc Represents a Delivery.
                 * @constructor
                 * @param {longwire.node.v1.Delivery.$Properties=} [properties] Properties to set
                 * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
                 */
                const Delivery = function (properties) {
                    this.clientIds = [];
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                /**
                 * Delivery id.
                 * @member {number} id
                 * @memberof longwire.node.v1.Delivery
                 * @instance
                 */
                Delivery.prototype.id = 0;

                /**
                 * Delivery message.
                 * @member {longwire.node.v1.Message.$Properties|null|undefined} message
                 * @memberof longwire.node.v1.Delivery
                 * @instance
                 */
                Delivery.prototype.message = null;

                /**
                 * Delivery clientIds.
                 * @member {Array.<string>} clientIds
                 * @memberof longwire.node.v1.Delivery
                 * @instance
                 */
                Delivery.prototype.clientIds = $util.emptyArray;

                /**
                 * Delivery acknowledge.
                 * @member {boolean} acknowledge
                 * @memberof longwire.node.v1.Delivery
                 * @instance
                 */
                Delivery.prototype.acknowledge = false;

                /**
                 * Delivery deadlineMs.
                 * @member {number} deadlineMs
                 * @memberof longwire.node.v1.Delivery
                 * @instance
                 */
                Delivery.prototype.deadlineMs = 0;

                /**
                 * Encodes the specified Delivery message. Does not implicitly {@link longwire.node.v1.Delivery.verify|verify} messages.
                 * @function encode
                 * @memberof longwire.node.v1.Delivery
                 * @static
                 * @param {longwire.node.v1.Delivery.$Properties} message Delivery message or plain object to encode
                 * @param {$protobuf.Writer} [writer] Writer to encode to
                 * @returns {$protobuf.Writer} Writer
                 */
                Delivery.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.id != null && $Object.hasOwnProperty.call(message, "id") && message.id !== 0)
                        writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.id);
                    if (message.message != null && $Object.hasOwnProperty.call(message, "message"))
                        $root.longwire.node.v1.Message.encode(message.message, writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                    if (message.clientIds != null && message.clientIds.length)
                        for (let i = 0; i < message.clientIds.length; ++i)
                            writer.uint32(/* id 3, wireType 2 =*/26).string(message.clientIds[i]);
                    if (message.acknowledge != null && $Object.hasOwnProperty.call(message, "acknowledge") && message.acknowledge !== false)
                        writer.uint32(/* id 4, wireType 0 =*/32).bool(message.acknowledge);
                    if (message.deadlineMs != null && $Object.hasOwnProperty.call(message, "deadlineMs") && message.deadlineMs !== 0)
                        writer.uint32(/* id 5, wireType 0 =*/40).uint32(message.deadlineMs);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                /**
                 * Decodes a Delivery message from the specified reader or buffer.
                 * @function decode
                 * @memberof longwire.node.v1.Delivery
                 * @static
                 * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
                 * @param {number} [length] Message length if known beforehand
                 * @returns {longwire.node.v1.Delivery & longwire.node.v1.Delivery.$Shape} Delivery
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                Delivery.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.longwire.node.v1.Delivery();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.id = value;
                                else
                                    delete message.id;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 2)
                                    break;
                                message.message = $root.longwire.node.v1.Message.decode(reader, reader.size(), $undefined, _depth + 1, message.message);
                                continue;
                            }
                        case 3: {
                                if (wireType !== 2)
                                    break;
                                if (!(message.clientIds && message.clientIds.length))
                                    message.clientIds = [];
                                message.clientIds.push(reader.stringVerify());
                                continue;
                            }
                        case 4: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.bool())
                                    message.acknowledge = value;
                                else
                                    delete message.acknowledge;
                                continue;
                            }
                        case 5: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.deadlineMs = value;
                                else
                                    delete message.deadlineMs;
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                return Delivery;
            })();

            v1.DeliverResponse = (function() {

                /**
                 * Properties of a DeliverResponse.
                 * @typedef {Object} longwire.node.v1.DeliverResponse.$Properties
                 * @property {longwire.node.v1.Outcomes.$Properties|null} [outcomes] DeliverResponse outcomes
                 * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
                 */

                /**
                 * Properties of a DeliverResponse.
                 * @memberof longwire.node.v1
                 * @interface IDeliverResponse
                 * @augments longwire.node.v1.DeliverResponse.$Properties
                 * @deprecated Use longwire.node.v1.DeliverResponse.$Properties instead.
                 */

                /**
                 * Shape of a DeliverResponse.
                 * @typedef {longwire.node.v1.DeliverResponse.$Properties} longwire.node.v1.DeliverResponse.$Shape
                 */

                /**
                 * Constructs a new DeliverResponse.
                 * @memberof longwire.node.v1
                 * @classdesc Represents a DeliverResponse.
                 * @constructor
                 * @param {longwire.node.v1.DeliverResponse.$Properties=} [properties] Properties to set
                 * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
                 */
                const DeliverResponse = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                /**
                 * DeliverResponse outcomes.
                 * @member {longwire.node.v1.Outcomes.$Properties|null|undefined} outcomes
                 * @memberof longwire.node.v1.DeliverResponse
                 * @instance
                 */
                DeliverResponse.prototype.outcomes = null;

                /**
                 * Encodes the specified DeliverResponse message. Does not implicitly {@link longwire.node.v1.DeliverResponse.verify|verify} messages.
                 * @function encode
                 * @memberof longwire.node.v1.DeliverResponse
                 * @static
                 * @param {longwire.node.v1.DeliverResponse.$Properties} message DeliverResponse message or plain object to encode
                 * @param {$protobuf.Writer} [writer] Writer to encode to
                 * @returns {$protobuf.Writer} Writer
                 */
                DeliverResponse.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.outcomes != null && $Object.hasOwnProperty.call(message, "outcomes"))
                        $root.longwire.node.v1.Outcomes.encode(message.outcomes, writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                /**
                 * Decodes a DeliverResponse message from the specified reader or buffer.
                 * @function decode
                 * @memberof longwire.node.v1.DeliverResponse
                 * @static
                 * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
                 * @param {number} [length] Message length if known beforehand
                 * @returns {longwire.node.v1.DeliverResponse & longwire.node.v1.DeliverResponse.$Shape} DeliverResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                DeliverResponse.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.longwire.node.v1.DeliverResponse();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 2: {
                                if (wireType !== 2)
                                    break;
                                message.outcomes = $root.longwire.node.v1.Outcomes.decode(reader, reader.size(), $undefined, _depth + 1, message.outcomes);
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                return DeliverResponse;
            })();

            v1.Outcomes = (function() {

                /**
                 * Properties of an Outcomes.
                 * @typedef {Object} longwire.node.v1.Outcomes.$Properties
                 * @property {Array.<number>|null} [ids] Outcomes ids
                 * @property {Array.<number>|null} [positions] Outcomes positions
                 * @property {Uint8Array|null} [outcomes] Outcomes outcomes
                 * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
                 */

                /**
                 * Properties of an Outcomes.
                 * @memberof longwire.node.v1
                 * @interface IOutcomes
                 * @augments longwire.node.v1.Outcomes.$Properties
                 * @deprecated Use longwire.node.v1.Outcomes.$Properties instead.
                 */

                /**
                 * Shape of an Outcomes.
                 * @typedef {longwire.node.v1.Outcomes.$Properties} longwire.node.v1.Outcomes.$Shape
                 */

                /**
                 * Constructs a new Outcomes.
                 * @memberof longwire.node.v1
                 * @classdesc Represents an Outcomes.
                 * @constructor
                 * @param {longwire.node.v1.Outcomes.$Properties=} [properties] Properties to set
                 * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
                 */
                const Outcomes = function (properties) {
                    this.ids = [];
                    this.positions = [];
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                /**
                 * Outcomes ids.
                 * @member {Array.<number>} ids
                 * @memberof longwire.node.v1.Outcomes
                 * @instance
                 */
                Outcomes.prototype.ids = $util.emptyArray;

                /**
                 * Outcomes positions.
                 * @member {Array.<number>} positions
                 * @memberof longwire.node.v1.Outcomes
                 * @instance
                 */
                Outcomes.prototype.positions = $util.emptyArray;

                /**
                 * Outcomes outcomes.
                 * @member {Uint8Array} outcomes
                 * @memberof longwire.node.v1.Outcomes
                 * @instance
                 */
                Outcomes.prototype.outcomes = $util.newBuffer([]);

                /**
                 * Encodes the specified Outcomes message. Does not implicitly {@link longwire.node.v1.Outcomes.verify|verify} messages.
                 * @function encode
                 * @memberof longwire.node.v1.Outcomes
                 * @static
                 * @param {longwire.node.v1.Outcomes.$Properties} message Outcomes message or plain object to encode
                 * @param {$protobuf.Writer} [writer] Writer to encode to
                 * @returns {$protobuf.Writer} Writer
                 */
                Outcomes.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.ids != null && message.ids.length)
                        writer.uint32(/* id 4, wireType 2 =*/34).uint32s(message.ids);
                    if (message.positions != null && message.positions.length)
                        writer.uint32(/* id 5, wireType 2 =*/42).uint32s(message.positions);
                    if (message.outcomes != null && $Object.hasOwnProperty.call(message, "outcomes") && message.outcomes.length)
                        writer.uint32(/* id 6, wireType 2 =*/50).bytes(message.outcomes);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                /**
                 * Decodes an Outcomes message from the specified reader or buffer.
                 * @function decode
                 * @memberof longwire.node.v1.Outcomes
                 * @static
                 * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
                 * @param {number} [length] Message length if known beforehand
                 * @returns {longwire.node.v1.Outcomes & longwire.node.v1.Outcomes.$Shape} Outcomes
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                Outcomes.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.longwire.node.v1.Outcomes();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 4: {
                                if (wireType === 2) {
                                    if (!(message.ids && message.ids.length))
                                        message.ids = [];
                                    reader.uint32s(message.ids);
                                    continue;
                                }
                                if (wireType !== 0)
                                    break;
                                if (!(message.ids && message.ids.length))
                                    message.ids = [];
                                message.ids.push(reader.uint32());
                                continue;
                            }
                        case 5: {
                                if (wireType === 2) {
                                    if (!(message.positions && message.positions.length))
                                        message.positions = [];
                                    reader.uint32s(message.positions);
                                    continue;
                                }
                                if (wireType !== 0)
                                    break;
                                if (!(message.positions && message.positions.length))
                                    message.positions = [];
                                message.positions.push(reader.uint32());
                                continue;
                            }
                        case 6: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.bytes()).length)
                                    message.outcomes = value;
                                else
                                    delete message.outcomes;
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                return Outcomes;
            })();

            v1.OutcomesRequest = (function() {

                /**
                 * Properties of an OutcomesRequest.
                 * @typedef {Object} longwire.node.v1.OutcomesRequest.$Properties
                 * @property {string|null} [nodeId] OutcomesRequest nodeId
                 * @property {string|null} [originRun] OutcomesRequest originRun
                 * @property {longwire.node.v1.Outcomes.$Properties|null} [outcomes] OutcomesRequest outcomes
                 * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
                 */

                /**
                 * Properties of an OutcomesRequest.
                 * @memberof longwire.node.v1
                 * @interface IOutcomesRequest
                 * @augments longwire.node.v1.OutcomesRequest.$Properties
                 * @deprecated Use longwire.node.v1.OutcomesRequest.$Properties instead.
                 */

                /**
                 * Shape of an OutcomesRequest.
                 * @typedef {longwire.node.v1.OutcomesRequest.$Properties} longwire.node.v1.OutcomesRequest.$Shape
                 */

                /**
                 * Constructs a new OutcomesRequest.
                 * @memberof longwire.node.v1
                 * @classdesc Represents an OutcomesRequest.
                 * @constructor
                 * @param {longwire.node.v1.OutcomesRequest.$Properties=} [properties] Properties to set
                 * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
                 */
                const OutcomesRequest = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                /**
                 * OutcomesRequest nodeId.
                 * @member {string} nodeId
                 * @memberof longwire.node.v1.OutcomesRequest
                 * @instance
                 */
                OutcomesRequest.prototype.nodeId = "";

                /**
                 * OutcomesRequest originRun.
                 * @member {string} originRun
                 * @memberof longwire.node.v1.OutcomesRequest
                 * @instance
                 */
                OutcomesRequest.prototype.originRun = "";

                /**
                 * OutcomesRequest outcomes.
                 * @member {longwire.node.v1.Outcomes.$Properties|null|undefined} outcomes
                 * @memberof longwire.node.v1.OutcomesRequest
                 * @instance
                 */
                OutcomesRequest.prototype.outcomes = null;

                /**
                 * Encodes the specified OutcomesRequest message. Does not implicitly {@link longwire.node.v1.OutcomesRequest.verify|verify} messages.
                 * @function encode
                 * @memberof longwire.node.v1.OutcomesRequest
                 * @static
                 * @param {longwire.node.v1.OutcomesRequest.$Properties} message OutcomesRequest message or plain object to encode
                 * @param {$protobuf.Writer} [writer] Writer to encode to
                 * @returns {$protobuf.Writer} Writer
                 */
                OutcomesRequest.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.nodeId != null && $Object.hasOwnProperty.call(message, "nodeId") && message.nodeId !== "")
                        writer.uint32(/* id 1, wireType 2 =*/10).string(message.nodeId);
                    if (message.originRun != null && $Object.hasOwnProperty.call(message, "originRun") && message.originRun !== "")
                        writer.uint32(/* id 3, wireType 2 =*/26).string(message.originRun);
                    if (message.outcomes != null && $Object.hasOwnProperty.call(message, "outcomes"))
                        $root.longwire.node.v1.Outcomes.encode(message.outcomes, writer.uint32(/* id 4, wireType 2 =*/34).fork(), _depth + 1).ldelim();
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                /**
                 * Decodes an OutcomesRequest message from the specified reader or buffer.
                 * @function decode
                 * @memberof longwire.node.v1.OutcomesRequest
                 * @static
                 * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
                 * @param {number} [length] Message length if known beforehand
                 * @returns {longwire.node.v1.OutcomesRequest & longwire.node.v1.OutcomesRequest.$Shape} OutcomesRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                OutcomesRequest.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.longwire.node.v1.OutcomesRequest();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.nodeId = value;
                                else
                                    delete message.nodeId;
                                continue;
                            }
                        case 3: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.originRun = value;
                                else
                                    delete message.originRun;
                                continue;
                            }
                        case 4: {
                                if (wireType !== 2)
                                    break;
                                message.outcomes = $root.longwire.node.v1.Outcomes.decode(reader, reader.size(), $undefined, _depth + 1, message.outcomes);
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                return OutcomesRequest;
            })();

            v1.BroadcastRequest = (function() {

                /**
                 * Properties of a BroadcastRequest.
                 * @typedef {Object} longwire.node.v1.BroadcastRequest.$Properties
                 * @property {longwire.node.v1.Message.$Properties|null} [message] BroadcastRequest message
                 * @property {boolean|null} [acknowledge] BroadcastRequest acknowledge
                 * @property {number|null} [deadlineMs] BroadcastRequest deadlineMs
                 * @property {string|null} [boot] BroadcastRequest boot
                 * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
                 */

                /**
                 * Properties of a BroadcastRequest.
                 * @memberof longwire.node.v1
                 * @interface IBroadcastRequest
                 * @augments longwire.node.v1.BroadcastRequest.$Properties
                 * @deprecated Use longwire.node.v1.BroadcastRequest.$Properties instead.
                 */

                /**
                 * Shape of a BroadcastRequest.
                 * @typedef {longwire.node.v1.BroadcastRequest.$Properties} longwire.node.v1.BroadcastRequest.$Shape
                 */

                /**
                 * Constructs a new BroadcastRequest.
                 * @memberof longwire.node.v1
                 * @classdesc Represents a BroadcastRequest.
                 * @constructor
                 * @param {longwire.node.v1.BroadcastRequest.$Properties=} [properties] Properties to set
                 * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
                 */
                const BroadcastRequest = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                /**
                 * BroadcastRequest message.
                 * @member {longwire.node.v1.Message.$Properties|null|undefined} message
                 * @memberof longwire.node.v1.BroadcastRequest
                 * @instance
                 */
                BroadcastRequest.prototype.message = null;

                /**
                 * BroadcastRequest acknowledge.
                 * @member {boolean} acknowledge
                 * @memberof longwire.node.v1.BroadcastRequest
                 * @instance
                 */
                BroadcastRequest.prototype.acknowledge = false;

                /**
                 * BroadcastRequest deadlineMs.
                 * @member {number} deadlineMs
                 * @memberof longwire.node.v1.BroadcastRequest
                 * @instance
                 */
                BroadcastRequest.prototype.deadlineMs = 0;

                /**
                 * BroadcastRequest boot.
                 * @member {string} boot
                 * @memberof longwire.node.v1.BroadcastRequest
                 * @instance
                 */
                BroadcastRequest.prototype.boot = "";

                /**
                 * Encodes the specified BroadcastRequest message. Does not implicitly {@link longwire.node.v1.BroadcastRequest.verify|verify} messages.
                 * @function encode
                 * @memberof longwire.node.v1.BroadcastRequest
                 * @static
                 * @param {longwire.node.v1.BroadcastRequest.$Properties} message BroadcastRequest message or plain object to encode
                 * @param {$protobuf.Writer} [writer] Writer to encode to
                 * @returns {$protobuf.Writer} Writer
                 */
                BroadcastRequest.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.message != null && $Object.hasOwnProperty.call(message, "message"))
                        $root.longwire.node.v1.Message.encode(message.message, writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                    if (message.acknowledge != null && $Object.hasOwnProperty.call(message, "acknowledge") && message.acknowledge !== false)
                        writer.uint32(/* id 2, wireType 0 =*/16).bool(message.acknowledge);
                    if (message.deadlineMs != null && $Object.hasOwnProperty.call(message, "deadlineMs") && message.deadlineMs !== 0)
                        writer.uint32(/* id 3, wireType 0 =*/24).uint32(message.deadlineMs);
                    if (message.boot != null && $Object.hasOwnProperty.call(message, "boot") && message.boot !== "")
                        writer.uint32(/* id 4, wireType 2 =*/34).string(message.boot);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                /**
                 * Decodes a BroadcastRequest message from the specified reader or buffer.
                 * @function decode
                 * @memberof longwire.node.v1.BroadcastRequest
                 * @static
                 * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
                 * @param {number} [length] Message length if known beforehand
                 * @returns {longwire.node.v1.BroadcastRequest & longwire.node.v1.BroadcastRequest.$Shape} BroadcastRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                BroadcastRequest.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.longwire.node.v1.BroadcastRequest();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 2)
                                    break;
                                message.message = $root.longwire.node.v1.Message.decode(reader, reader.size(), $undefined, _depth + 1, message.message);
                                continue;
                            }
                        case 2: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.bool())
                                    message.acknowledge = value;
                                else
                                    delete message.acknowledge;
                                continue;
                            }
                        case 3: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.deadlineMs = value;
                                else
                                    delete message.deadlineMs;
                                continue;
                            }
                        case 4: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.boot = value;
                                else
                                    delete message.boot;
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                return BroadcastRequest;
            })();

            v1.BroadcastResponse = (function() {

                /**
                 * Properties of a BroadcastResponse.
                 * @typedef {Object} longwire.node.v1.BroadcastResponse.$Properties
                 * @property {Array.<number>|null} [counts] BroadcastResponse counts
                 * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
                 */

                /**
                 * Properties of a BroadcastResponse.
                 * @memberof longwire.node.v1
                 * @interface IBroadcastResponse
                 * @augments longwire.node.v1.BroadcastResponse.$Properties
                 * @deprecated Use longwire.node.v1.BroadcastResponse.$Properties instead.
                 */

                /**
                 * Shape of a BroadcastResponse.
                 * @typedef {longwire.node.v1.BroadcastResponse.$Properties} longwire.node.v1.BroadcastResponse.$Shape
                 */

                /**
                 * Constructs a new BroadcastResponse.
                 * @memberof longwire.node.v1
                 * @classdesc Represents a BroadcastResponse.
                 * @constructor
                 * @param {longwire.node.v1.BroadcastResponse.$Properties=} [properties] Properties to set
                 * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
                 */
                const BroadcastResponse = function (properties) {
                    this.counts = [];
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                /**
                 * BroadcastResponse counts.
                 * @member {Array.<number>} counts
                 * @memberof longwire.node.v1.BroadcastResponse
                 * @instance
                 */
                BroadcastResponse.prototype.counts = $util.emptyArray;

                /**
                 * Encodes the specified BroadcastResponse message. Does not implicitly {@link longwire.node.v1.BroadcastResponse.verify|verify} messages.
                 * @function encode
                 * @memberof longwire.node.v1.BroadcastResponse
                 * @static
                 * @param {longwire.node.v1.BroadcastResponse.$Properties} message BroadcastResponse message or plain object to encode
                 * @param {$protobuf.Writer} [writer] Writer to encode to
                 * @returns {$protobuf.Writer} Writer
                 */
                BroadcastResponse.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.counts != null && message.counts.length)
                        writer.uint32(/* id 1, wireType 2 =*/10).uint32s(message.counts);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                /**
                 * Decodes a BroadcastResponse message from the specified reader or buffer.
                 * @function decode
                 * @memberof longwire.node.v1.BroadcastResponse
                 * @static
                 * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
                 * @param {number} [length] Message length if known beforehand
                 * @returns {longwire.node.v1.BroadcastResponse & longwire.node.v1.BroadcastResponse.$Shape} BroadcastResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                BroadcastResponse.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.longwire.node.v1.BroadcastResponse();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType === 2) {
                                    if (!(message.counts && message.counts.length))
                                        message.counts = [];
                                    reader.uint32s(message.counts);
                                    continue;
                                }
                                if (wireType !== 0)
                                    break;
                                if (!(message.counts && message.counts.length))
                                    message.counts = [];
                                message.counts.push(reader.uint32());
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                return BroadcastResponse;
            })();

            v1.KickRequest = (function() {

                /**
                 * Properties of a KickRequest.
                 * @typedef {Object} longwire.node.v1.KickRequest.$Properties
                 * @property {string|null} [clientId] KickRequest clientId
                 * @property {string|null} [boot] KickRequest boot
                 * @property {number|null} [conn] KickRequest conn
                 * @property {number|null} [closeCode] KickRequest closeCode
                 * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
                 */

                /**
                 * Properties of a KickRequest.
                 * @memberof longwire.node.v1
                 * @interface IKickRequest
                 * @augments longwire.node.v1.KickRequest.$Properties
                 * @deprecated Use longwire.node.v1.KickRequest.$Properties instead.
                 */

                /**
                 * Shape of a KickRequest.
                 * @typedef {longwire.node.v1.KickRequest.$Properties} longwire.node.v1.KickRequest.$Shape
                 */

                /**
                 * Constructs a new KickRequest.
                 * @memberof longwire.node.v1
                 * @classdesc Represents a KickRequest.
                 * @constructor
                 * @param {longwire.node.v1.KickRequest.$Properties=} [properties] Properties to set
                 * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
                 */
                const KickRequest = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                /**
                 * KickRequest clientId.
                 * @member {string} clientId
                 * @memberof longwire.node.v1.KickRequest
                 * @instance
                 */
                KickRequest.prototype.clientId = "";

                /**
                 * KickRequest boot.
                 * @member {string} boot
                 * @memberof longwire.node.v1.KickRequest
                 * @instance
                 */
                KickRequest.prototype.boot = "";

                /**
                 * KickRequest conn.
                 * @member {number} conn
                 * @memberof longwire.node.v1.KickRequest
                 * @instance
                 */
                KickRequest.prototype.conn = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

                /**
                 * KickRequest closeCode.
                 * @member {number} closeCode
                 * @memberof longwire.node.v1.KickRequest
                 * @instance
                 */
                KickRequest.prototype.closeCode = 0;

                /**
                 * Encodes the specified KickRequest message. Does not implicitly {@link longwire.node.v1.KickRequest.verify|verify} messages.
                 * @function encode
                 * @memberof longwire.node.v1.KickRequest
                 * @static
                 * @param {longwire.node.v1.KickRequest.$Properties} message KickRequest message or plain object to encode
                 * @param {$protobuf.Writer} [writer] Writer to encode to
                 * @returns {$protobuf.Writer} Writer
                 */
                KickRequest.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.clientId != null && $Object.hasOwnProperty.call(message, "clientId") && message.clientId !== "")
                        writer.uint32(/* id 1, wireType 2 =*/10).string(message.clientId);
                    if (message.boot != null && $Object.hasOwnProperty.call(message, "boot") && message.boot !== "")
                        writer.uint32(/* id 2, wireType 2 =*/18).string(message.boot);
                    if (message.conn != null && $Object.hasOwnProperty.call(message, "conn") && (typeof message.conn === "object" ? message.conn.low || message.conn.high : message.conn !== 0))
                        writer.uint32(/* id 3, wireType 0 =*/24).uint64(message.conn);
                    if (message.closeCode != null && $Object.hasOwnProperty.call(message, "closeCode") && message.closeCode !== 0)
                        writer.uint32(/* id 4, wireType 0 =*/32).uint32(message.closeCode);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                /**
                 * Decodes a KickRequest message from the specified reader or buffer.
                 * @function decode
                 * @memberof longwire.node.v1.KickRequest
                 * @static
                 * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
                 * @param {number} [length] Message length if known beforehand
                 * @returns {longwire.node.v1.KickRequest & longwire.node.v1.KickRequest.$Shape} KickRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                KickRequest.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.longwire.node.v1.KickRequest();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.clientId = value;
                                else
                                    delete message.clientId;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.boot = value;
                                else
                                    delete message.boot;
                                continue;
                            }
                        case 3: {
                                if (wireType !== 0)
                                    break;
                                if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                    message.conn = value;
                                else
                                    delete message.conn;
                                continue;
                            }
                        case 4: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.closeCode = value;
                                else
                                    delete message.closeCode;
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                return KickRequest;
            })();

            v1.KickResponse = (function() {

                /**
                 * Properties of a KickResponse.
                 * @typedef {Object} longwire.node.v1.KickResponse.$Properties
                 * @property {boolean|null} [closed] KickResponse closed
                 * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
                 */

                /**
                 * Properties of a KickResponse.
                 * @memberof longwire.node.v1
                 * @interface IKickResponse
                 * @augments longwire.node.v1.KickResponse.$Properties
                 * @deprecated Use longwire.node.v1.KickResponse.$Properties instead.
                 */

                /**
                 * Shape of a KickResponse.
                 * @typedef {longwire.node.v1.KickResponse.$Properties} longwire.node.v1.KickResponse.$Shape
                 */

                /**
                 * Constructs a new KickResponse.
                 * @memberof longwire.node.v1
                 * @classdesc Represents a KickResponse.
                 * @constructor
                 * @param {longwire.node.v1.KickResponse.$Properties=} [properties] Properties to set
                 * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
                 */
                const KickResponse = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                /**
                 * KickResponse closed.
                 * @member {boolean} closed
                 * @memberof longwire.node.v1.KickResponse
                 * @instance
                 */
                KickResponse.prototype.closed = false;

                /**
                 * Encodes the specified KickResponse message. Does not implicitly {@link longwire.node.v1.KickResponse.verify|verify} messages.
                 * @function encode
                 * @memberof longwire.node.v1.KickResponse
                 * @static
                 * @param {longwire.node.v1.KickResponse.$Properties} message KickResponse message or plain object to encode
                 * @param {$protobuf.Writer} [writer] Writer to encode to
                 * @returns {$protobuf.Writer} Writer
                 */
                KickResponse.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.closed != null && $Object.hasOwnProperty.call(message, "closed") && message.closed !== false)
                        writer.uint32(/* id 1, wireType 0 =*/8).bool(message.closed);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                /**
                 * Decodes a KickResponse message from the specified reader or buffer.
                 * @function decode
                 * @memberof longwire.node.v1.KickResponse
                 * @static
                 * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
                 * @param {number} [length] Message length if known beforehand
                 * @returns {longwire.node.v1.KickResponse & longwire.node.v1.KickResponse.$Shape} KickResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                KickResponse.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.longwire.node.v1.KickResponse();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.bool())
                                    message.closed = value;
                                else
                                    delete message.closed;
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                return KickResponse;
            })();

            v1.HoldsRequest = (function() {

                /**
                 * Properties of a HoldsRequest.
                 * @typedef {Object} longwire.node.v1.HoldsRequest.$Properties
                 * @property {string|null} [boot] HoldsRequest boot
                 * @property {Array.<longwire.node.v1.HeldConnection.$Properties>|null} [connections] HoldsRequest connections
                 * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
                 */

                /**
                 * Properties of a HoldsRequest.
                 * @memberof longwire.node.v1
                 * @interface IHoldsRequest
                 * @augments longwire.node.v1.HoldsRequest.$Properties
                 * @deprecated Use longwire.node.v1.HoldsRequest.$Properties instead.
                 */

                /**
                 * Shape of a HoldsRequest.
                 * @typedef {longwire.node.v1.HoldsRequest.$Properties} longwire.node.v1.HoldsRequest.$Shape
                 */

                /**
                 * Constructs a new HoldsRequest.
                 * @memberof longwire.node.v1
                 * @classdesc Represents a HoldsRequest.
                 * @constructor
                 * @param {longwire.node.v1.HoldsRequest.$Properties=} [properties] Properties to set
                 * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
                 */
                const HoldsRequest = function (properties) {
                    this.connections = [];
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                /**
                 * HoldsRequest boot.
                 * @member {string} boot
                 * @memberof longwire.node.v1.HoldsRequest
                 * @instance
                 */
                HoldsRequest.prototype.boot = "";

                /**
                 * HoldsRequest connections.
                 * @member {Array.<longwire.node.v1.HeldConnection.$Properties>} connections
                 * @memberof longwire.node.v1.HoldsRequest
                 * @instance
                 */
                HoldsRequest.prototype.connections = $util.emptyArray;

                /**
                 * Encodes the specified HoldsRequest message. Does not implicitly {@link longwire.node.v1.HoldsRequest.verify|verify} messages.
                 * @function encode
                 * @memberof longwire.node.v1.HoldsRequest
                 * @static
                 * @param {longwire.node.v1.HoldsRequest.$Properties} message HoldsRequest message or plain object to encode
                 * @param {$protobuf.Writer} [writer] Writer to encode to
                 * @returns {$protobuf.Writer} Writer
                 */
                HoldsRequest.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.boot != null && $Object.hasOwnProperty.call(message, "boot") && message.boot !== "")
                        writer.uint32(/* id 1, wireType 2 =*/10).string(message.boot);
                    if (message.connections != null && message.connections.length)
                        for (let i = 0; i < message.connections.length; ++i)
                            $root.longwire.node.v1.HeldConnection.encode(message.connections[i], writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                /**
                 * Decodes a HoldsRequest message from the specified reader or buffer.
                 * @function decode
                 * @memberof longwire.node.v1.HoldsRequest
                 * @static
                 * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
                 * @param {number} [length] Message length if known beforehand
                 * @returns {longwire.node.v1.HoldsRequest & longwire.node.v1.HoldsRequest.$Shape} HoldsRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                HoldsRequest.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.longwire.node.v1.HoldsRequest();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.boot = value;
                                else
                                    delete message.boot;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 2)
                                    break;
                                if (!(message.connections && message.connections.length))
                                    message.connections = [];
                                message.connections.push($root.longwire.node.v1.HeldConnection.decode(reader, reader.size(), $undefined, _depth + 1));
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                return HoldsRequest;
            })();

            v1.HeldConnection = (function() {

                /**
                 * Properties of a HeldConnection.
                 * @typedef {Object} longwire.node.v1.HeldConnection.$Properties
                 * @property {string|null} [clientId] HeldConnection clientId
                 * @property {number|null} [conn] HeldConnection conn
                 * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
                 */

                /**
                 * Properties of a HeldConnection.
                 * @memberof longwire.node.v1
                 * @interface IHeldConnection
                 * @augments longwire.node.v1.HeldConnection.$Properties
                 * @deprecated Use longwire.node.v1.HeldConnection.$Properties instead.
                 */

                /**
                 * Shape of a HeldConnection.
                 * @typedef {longwire.node.v1.HeldConnection.$Properties} longwire.node.v1.HeldConnection.$Shape
                 */

                /**
                 * Constructs a new HeldConnection.
                 * @memberof longwire.node.v1
                 * @classdesc Represents a HeldConnection.
                 * @constructor
                 * @param {longwire.node.v1.HeldConnection.$Properties=} [properties] Properties to set
                 * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
                 */
                const HeldConnection = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                /**
                 * HeldConnection clientId.
                 * @member {string} clientId
                 * @memberof longwire.node.v1.HeldConnection
                 * @instance
                 */
                HeldConnection.prototype.clientId = "";

                /**
                 * HeldConnection conn.
                 * @member {number} conn
                 * @memberof longwire.node.v1.HeldConnection
                 * @instance
                 */
                HeldConnection.prototype.conn = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

                /**
                 * Encodes the specified HeldConnection message. Does not implicitly {@link longwire.node.v1.HeldConnection.verify|verify} messages.
                 * @function encode
                 * @memberof longwire.node.v1.HeldConnection
                 * @static
                 * @param {longwire.node.v1.HeldConnection.$Properties} message HeldConnection message or plain object to encode
                 * @param {$protobuf.Writer} [writer] Writer to encode to
                 * @returns {$protobuf.Writer} Writer
                 */
                HeldConnection.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.clientId != null && $Object.hasOwnProperty.call(message, "clientId") && message.clientId !== "")
                        writer.uint32(/* id 1, wireType 2 =*/10).string(message.clientId);
                    if (message.conn != null && $Object.hasOwnProperty.call(message, "conn") && (typeof message.conn === "object" ? message.conn.low || message.conn.high : message.conn !== 0))
                        writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.conn);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                /**
                 * Decodes a HeldConnection message from the specified reader or buffer.
                 * @function decode
                 * @memberof longwire.node.v1.HeldConnection
                 * @static
                 * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
                 * @param {number} [length] Message length if known beforehand
                 * @returns {longwire.node.v1.HeldConnection & longwire.node.v1.HeldConnection.$Shape} HeldConnection
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                HeldConnection.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.longwire.node.v1.HeldConnection();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.clientId = value;
                                else
                                    delete message.clientId;
                                continue;
                            }
                        case 2: {
                                if (wireType !== 0)
                                    break;
                                if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                    message.conn = value;
                                else
                                    delete message.conn;
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                return HeldConnection;
            })();

            v1.HoldsResponse = (function() {

                /**
                 * Properties of a HoldsResponse.
                 * @typedef {Object} longwire.node.v1.HoldsResponse.$Properties
                 * @property {Array.<boolean>|null} [holds] HoldsResponse holds
                 * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
                 */

                /**
                 * Properties of a HoldsResponse.
                 * @memberof longwire.node.v1
                 * @interface IHoldsResponse
                 * @augments longwire.node.v1.HoldsResponse.$Properties
                 * @deprecated Use longwire.node.v1.HoldsResponse.$Properties instead.
                 */

                /**
                 * Shape of a HoldsResponse.
                 * @typedef {longwire.node.v1.HoldsResponse.$Properties} longwire.node.v1.HoldsResponse.$Shape
                 */

                /**
                 * Constructs a new HoldsResponse.
                 * @memberof longwire.node.v1
                 * @classdesc Represents a HoldsResponse.
                 * @constructor
                 * @param {longwire.node.v1.HoldsResponse.$Properties=} [properties] Properties to set
                 * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
                 */
                const HoldsResponse = function (properties) {
                    this.holds = [];
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                /**
                 * HoldsResponse holds.
                 * @member {Array.<boolean>} holds
                 * @memberof longwire.node.v1.HoldsResponse
                 * @instance
                 */
                HoldsResponse.prototype.holds = $util.emptyArray;

                /**
                 * Encodes the specified HoldsResponse message. Does not implicitly {@link longwire.node.v1.HoldsResponse.verify|verify} messages.
                 * @function encode
                 * @memberof longwire.node.v1.HoldsResponse
                 * @static
                 * @param {longwire.node.v1.HoldsResponse.$Properties} message HoldsResponse message or plain object to encode
                 * @param {$protobuf.Writer} [writer] Writer to encode to
                 * @returns {$protobuf.Writer} Writer
                 */
                HoldsResponse.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.holds != null && message.holds.length)
                        writer.uint32(/* id 1, wireType 2 =*/10).bools(message.holds);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                /**
                 * Decodes a HoldsResponse message from the specified reader or buffer.
                 * @function decode
                 * @memberof longwire.node.v1.HoldsResponse
                 * @static
                 * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
                 * @param {number} [length] Message length if known beforehand
                 * @returns {longwire.node.v1.HoldsResponse & longwire.node.v1.HoldsResponse.$Shape} HoldsResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                HoldsResponse.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.longwire.node.v1.HoldsResponse();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType === 2) {
                                    if (!(message.holds && message.holds.length))
                                        message.holds = [];
                                    reader.bools(message.holds);
                                    continue;
                                }
                                if (wireType !== 0)
                                    break;
                                if (!(message.holds && message.holds.length))
                                    message.holds = [];
                                message.holds.push(reader.bool());
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                return HoldsResponse;
            })();

            v1.DrainRequest = (function() {

                /**
                 * Properties of a DrainRequest.
                 * @typedef {Object} longwire.node.v1.DrainRequest.$Properties
                 * @property {string|null} [boot] DrainRequest boot
                 * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
                 */

                /**
                 * Properties of a DrainRequest.
                 * @memberof longwire.node.v1
                 * @interface IDrainRequest
                 * @augments longwire.node.v1.DrainRequest.$Properties
                 * @deprecated Use longwire.node.v1.DrainRequest.$Properties instead.
                 */

                /**
                 * Shape of a DrainRequest.
                 * @typedef {longwire.node.v1.DrainRequest.$Properties} longwire.node.v1.DrainRequest.$Shape
                 */

                /**
                 * Constructs a new DrainRequest.
                 * @memberof longwire.node.v1
                 * @classdesc Represents a DrainRequest.
                 * @constructor
                 * @param {longwire.node.v1.DrainRequest.$Properties=} [properties] Properties to set
                 * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
                 */
                const DrainRequest = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                /**
                 * DrainRequest boot.
                 * @member {string} boot
                 * @memberof longwire.node.v1.DrainRequest
                 * @instance
                 */
                DrainRequest.prototype.boot = "";

                /**
                 * Encodes the specified DrainRequest message. Does not implicitly {@link longwire.node.v1.DrainRequest.verify|verify} messages.
                 * @function encode
                 * @memberof longwire.node.v1.DrainRequest
                 * @static
                 * @param {longwire.node.v1.DrainRequest.$Properties} message DrainRequest message or plain object to encode
                 * @param {$protobuf.Writer} [writer] Writer to encode to
                 * @returns {$protobuf.Writer} Writer
                 */
                DrainRequest.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.boot != null && $Object.hasOwnProperty.call(message, "boot") && message.boot !== "")
                        writer.uint32(/* id 1, wireType 2 =*/10).string(message.boot);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                /**
                 * Decodes a DrainRequest message from the specified reader or buffer.
                 * @function decode
                 * @memberof longwire.node.v1.DrainRequest
                 * @static
                 * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
                 * @param {number} [length] Message length if known beforehand
                 * @returns {longwire.node.v1.DrainRequest & longwire.node.v1.DrainRequest.$Shape} DrainRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                DrainRequest.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.longwire.node.v1.DrainRequest();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 2)
                                    break;
                                if ((value = reader.stringVerify()).length)
                                    message.boot = value;
                                else
                                    delete message.boot;
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                return DrainRequest;
            })();

            v1.DrainResponse = (function() {

                /**
                 * Properties of a DrainResponse.
                 * @typedef {Object} longwire.node.v1.DrainResponse.$Properties
                 * @property {boolean|null} [accepted] DrainResponse accepted
                 * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
                 */

                /**
                 * Properties of a DrainResponse.
                 * @memberof longwire.node.v1
                 * @interface IDrainResponse
                 * @augments longwire.node.v1.DrainResponse.$Properties
                 * @deprecated Use longwire.node.v1.DrainResponse.$Properties instead.
                 */

                /**
                 * Shape of a DrainResponse.
                 * @typedef {longwire.node.v1.DrainResponse.$Properties} longwire.node.v1.DrainResponse.$Shape
                 */

                /**
                 * Constructs a new DrainResponse.
                 * @memberof longwire.node.v1
                 * @classdesc Represents a DrainResponse.
                 * @constructor
                 * @param {longwire.node.v1.DrainResponse.$Properties=} [properties] Properties to set
                 * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
                 */
                const DrainResponse = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                /**
                 * DrainResponse accepted.
                 * @member {boolean} accepted
                 * @memberof longwire.node.v1.DrainResponse
                 * @instance
                 */
                DrainResponse.prototype.accepted = false;

                /**
                 * Encodes the specified DrainResponse message. Does not implicitly {@link longwire.node.v1.DrainResponse.verify|verify} messages.
                 * @function encode
                 * @memberof longwire.node.v1.DrainResponse
                 * @static
                 * @param {longwire.node.v1.DrainResponse.$Properties} message DrainResponse message or plain object to encode
                 * @param {$protobuf.Writer} [writer] Writer to encode to
                 * @returns {$protobuf.Writer} Writer
                 */
                DrainResponse.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.accepted != null && $Object.hasOwnProperty.call(message, "accepted") && message.accepted !== false)
                        writer.uint32(/* id 1, wireType 0 =*/8).bool(message.accepted);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                /**
                 * Decodes a DrainResponse message from the specified reader or buffer.
                 * @function decode
                 * @memberof longwire.node.v1.DrainResponse
                 * @static
                 * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
                 * @param {number} [length] Message length if known beforehand
                 * @returns {longwire.node.v1.DrainResponse & longwire.node.v1.DrainResponse.$Shape} DrainResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                DrainResponse.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.longwire.node.v1.DrainResponse();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.bool())
                                    message.accepted = value;
                                else
                                    delete message.accepted;
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                return DrainResponse;
            })();

            v1.RebalanceRequest = (function() {

                /**
                 * Properties of a RebalanceRequest.
                 * @typedef {Object} longwire.node.v1.RebalanceRequest.$Properties
                 * @property {number|null} [clientsPerSecond] RebalanceRequest clientsPerSecond
                 * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
                 */

                /**
                 * Properties of a RebalanceRequest.
                 * @memberof longwire.node.v1
                 * @interface IRebalanceRequest
                 * @augments longwire.node.v1.RebalanceRequest.$Properties
                 * @deprecated Use longwire.node.v1.RebalanceRequest.$Properties instead.
                 */

                /**
                 * Shape of a RebalanceRequest.
                 * @typedef {longwire.node.v1.RebalanceRequest.$Properties} longwire.node.v1.RebalanceRequest.$Shape
                 */

                /**
                 * Constructs a new RebalanceRequest.
                 * @memberof longwire.node.v1
                 * @classdesc Represents a RebalanceRequest.
                 * @constructor
                 * @param {longwire.node.v1.RebalanceRequest.$Properties=} [properties] Properties to set
                 * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
                 */
                const RebalanceRequest = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                /**
                 * RebalanceRequest clientsPerSecond.
                 * @member {number} clientsPerSecond
                 * @memberof longwire.node.v1.RebalanceRequest
                 * @instance
                 */
                RebalanceRequest.prototype.clientsPerSecond = 0;

                /**
                 * Encodes the specified RebalanceRequest message. Does not implicitly {@link longwire.node.v1.RebalanceRequest.verify|verify} messages.
                 * @function encode
                 * @memberof longwire.node.v1.RebalanceRequest
                 * @static
                 * @param {longwire.node.v1.RebalanceRequest.$Properties} message RebalanceRequest message or plain object to encode
                 * @param {$protobuf.Writer} [writer] Writer to encode to
                 * @returns {$protobuf.Writer} Writer
                 */
                RebalanceRequest.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.clientsPerSecond != null && $Object.hasOwnProperty.call(message, "clientsPerSecond") && !$Object.is(message.clientsPerSecond, 0))
                        writer.uint32(/* id 1, wireType 1 =*/9).double(message.clientsPerSecond);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                /**
                 * Decodes a RebalanceRequest message from the specified reader or buffer.
                 * @function decode
                 * @memberof longwire.node.v1.RebalanceRequest
                 * @static
                 * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
                 * @param {number} [length] Message length if known beforehand
                 * @returns {longwire.node.v1.RebalanceRequest & longwire.node.v1.RebalanceRequest.$Shape} RebalanceRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                RebalanceRequest.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.longwire.node.v1.RebalanceRequest();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 1)
                                    break;
                                if (!$Object.is(value = reader.double(), 0))
                                    message.clientsPerSecond = value;
                                else
                                    delete message.clientsPerSecond;
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                return RebalanceRequest;
            })();

            v1.RebalanceResponse = (function() {

                /**
                 * Properties of a RebalanceResponse.
                 * @typedef {Object} longwire.node.v1.RebalanceResponse.$Properties
                 * @property {number|null} [clients] RebalanceResponse clients
                 * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
                 */

                /**
                 * Properties of a RebalanceResponse.
                 * @memberof longwire.node.v1
                 * @interface IRebalanceResponse
                 * @augments longwire.node.v1.RebalanceResponse.$Properties
                 * @deprecated Use longwire.node.v1.RebalanceResponse.$Properties instead.
                 */

                /**
                 * Shape of a RebalanceResponse.
                 * @typedef {longwire.node.v1.RebalanceResponse.$Properties} longwire.node.v1.RebalanceResponse.$Shape
                 */

                /**
                 * Constructs a new RebalanceResponse.
                 * @memberof longwire.node.v1
                 * @classdesc Represents a RebalanceResponse.
                 * @constructor
                 * @param {longwire.node.v1.RebalanceResponse.$Properties=} [properties] Properties to set
                 * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
                 */
                const RebalanceResponse = function (properties) {
                    if (properties)
                        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                            if (properties[keys[i]] != null && keys[i] !== "__proto__")
                                this[keys[i]] = properties[keys[i]];
                };

                /**
                 * RebalanceResponse clients.
                 * @member {number} clients
                 * @memberof longwire.node.v1.RebalanceResponse
                 * @instance
                 */
                RebalanceResponse.prototype.clients = 0;

                /**
                 * Encodes the specified RebalanceResponse message. Does not implicitly {@link longwire.node.v1.RebalanceResponse.verify|verify} messages.
                 * @function encode
                 * @memberof longwire.node.v1.RebalanceResponse
                 * @static
                 * @param {longwire.node.v1.RebalanceResponse.$Properties} message RebalanceResponse message or plain object to encode
                 * @param {$protobuf.Writer} [writer] Writer to encode to
                 * @returns {$protobuf.Writer} Writer
                 */
                RebalanceResponse.encode = function (message, writer, _depth) {
                    if (!writer)
                        writer = $Writer.create();
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $util.recursionLimit)
                        throw $Error("max depth exceeded");
                    if (message.clients != null && $Object.hasOwnProperty.call(message, "clients") && message.clients !== 0)
                        writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.clients);
                    if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                        for (let i = 0; i < message.$unknowns.length; ++i)
                            writer.raw(message.$unknowns[i]);
                    return writer;
                };

                /**
                 * Decodes a RebalanceResponse message from the specified reader or buffer.
                 * @function decode
                 * @memberof longwire.node.v1.RebalanceResponse
                 * @static
                 * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
                 * @param {number} [length] Message length if known beforehand
                 * @returns {longwire.node.v1.RebalanceResponse & longwire.node.v1.RebalanceResponse.$Shape} RebalanceResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                RebalanceResponse.decode = function (reader, length, _end, _depth, _target) {
                    if (!(reader instanceof $Reader))
                        reader = $Reader.create(reader);
                    if (_depth === $undefined)
                        _depth = 0;
                    if (_depth > $Reader.recursionLimit)
                        throw $Error("max depth exceeded");
                    let end, message, value;
                    if (length === $undefined)
                        end = reader.len;
                    else {
                        end = reader.pos + length;
                        if (end > reader.len)
                            throw $RangeError("index out of range");
                        length = reader.len;
                        reader.len = end;
                    }
                    message = _target || new $root.longwire.node.v1.RebalanceResponse();
                    while (reader.pos < end) {
                        let start = reader.pos;
                        let tag = reader.tag();
                        if (tag === _end) {
                            _end = $undefined;
                            break;
                        }
                        let wireType = tag & 7;
                        switch (tag >>>= 3) {
                        case 1: {
                                if (wireType !== 0)
                                    break;
                                if (value = reader.uint32())
                                    message.clients = value;
                                else
                                    delete message.clients;
                                continue;
                            }
                        }
                        reader.skipType(wireType, _depth, tag);
                        if (!reader.discardUnknown) {
                            $util.makeProp(message, "$unknowns", false);
                            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                        }
                    }
                    if (length !== $undefined) {
                        if (reader.pos !== end)
                            throw $RangeError("index out of range");
                        reader.len = length;
                    }
                    if (_end !== $undefined)
                        throw $Error("missing end group");
                    return message;
                };

                return RebalanceResponse;
            })();

            return v1;
        })();

        return node;
    })();

    return longwire;
})();

export {
  $root as default
};

/*eslint-disable block-scoped-var, id-length, no-control-regex, no-magic-numbers, no-mixed-operators, no-prototype-builtins, no-redeclare, no-shadow, no-var, sort-vars, default-case, jsdoc/require-param*/
import $protobuf from "protobufjs/minimal.js";

// Common aliases
const $Reader = $protobuf.Reader, $Writer = $protobuf.Writer, $util = $protobuf.util;
const $Object = $util.global.Object, $undefined = $util.global.undefined, $Error = $util.global.Error, $RangeError = $util.global.RangeError;

// Exported root namespace
const $root = $protobuf.roots["longwire-protocol"] || ($protobuf.roots["longwire-protocol"] = {});

export const longwire = $root.longwire = (() => {

    /**
     * Namespace longwire.
     * @exports longwire
     * @namespace
     */
    const longwire = {};

    longwire.v1 = (function() {

        /**
         * Namespace v1.
         * @memberof longwire
         * @namespace
         */
        const v1 = {};

        v1.Connect = (function() {

            /**
             * Properties of a Connect.
             * @typedef {Object} longwire.v1.Connect.$Properties
             * @property {number|null} [versionMin] Connect versionMin
             * @property {number|null} [versionMax] Connect versionMax
             * @property {string|null} [token] Connect token
             * @property {string|null} [agent] Connect agent
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Connect.
             * @memberof longwire.v1
             * @interface IConnect
             * @augments longwire.v1.Connect.$Properties
             * @deprecated Use longwire.v1.Connect.$Properties instead.
             */

            /**
             * Shape of a Connect.
             * @typedef {longwire.v1.Connect.$Properties} longwire.v1.Connect.$Shape
             */

            /**
             * Constructs a new Connect.
             * @memberof longwire.v1
             * @classdesc Represents a Connect.
             * @constructor
             * @param {longwire.v1.Connect.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Connect = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Connect versionMin.
             * @member {number} versionMin
             * @memberof longwire.v1.Connect
             * @instance
             */
            Connect.prototype.versionMin = 0;

            /**
             * Connect versionMax.
             * @member {number} versionMax
             * @memberof longwire.v1.Connect
             * @instance
             */
            Connect.prototype.versionMax = 0;

            /**
             * Connect token.
             * @member {string} token
             * @memberof longwire.v1.Connect
             * @instance
             */
            Connect.prototype.token = "";

            /**
             * Connect agent.
             * @member {string} agent
             * @memberof longwire.v1.Connect
             * @instance
             */
            Connect.prototype.agent = "";

            /**
             * Encodes the specified Connect message. Does not implicitly {@link longwire.v1.Connect.verify|verify} messages.
             * @function encode
             * @memberof longwire.v1.Connect
             * @static
             * @param {longwire.v1.Connect.$Properties} message Connect message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Connect.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.versionMin != null && $Object.hasOwnProperty.call(message, "versionMin") && message.versionMin !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.versionMin);
                if (message.versionMax != null && $Object.hasOwnProperty.call(message, "versionMax") && message.versionMax !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.versionMax);
                if (message.token != null && $Object.hasOwnProperty.call(message, "token") && message.token !== "")
                    writer.uint32(/* id 3, wireType 2 =*/26).string(message.token);
                if (message.agent != null && $Object.hasOwnProperty.call(message, "agent") && message.agent !== "")
                    writer.uint32(/* id 4, wireType 2 =*/34).string(message.agent);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Connect message from the specified reader or buffer.
             * @function decode
             * @memberof longwire.v1.Connect
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {longwire.v1.Connect & longwire.v1.Connect.$Shape} Connect
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Connect.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.longwire.v1.Connect();
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
                                message.versionMin = value;
                            else
                                delete message.versionMin;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.versionMax = value;
                            else
                                delete message.versionMax;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.token = value;
                            else
                                delete message.token;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.agent = value;
                            else
                                delete message.agent;
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

            return Connect;
        })();

        v1.Connected = (function() {

            /**
             * Properties of a Connected.
             * @typedef {Object} longwire.v1.Connected.$Properties
             * @property {number|null} [version] Connected version
             * @property {string|null} [connection] Connected connection
             * @property {number|null} [heartbeatIntervalMs] Connected heartbeatIntervalMs
             * @property {number|null} [idleTimeoutMs] Connected idleTimeoutMs
             * @property {longwire.v1.Limits.$Properties|null} [limits] Connected limits
             * @property {number|null} [tokenExpiresAtMs] Connected tokenExpiresAtMs
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Connected.
             * @memberof longwire.v1
             * @interface IConnected
             * @augments longwire.v1.Connected.$Properties
             * @deprecated Use longwire.v1.Connected.$Properties instead.
             */

            /**
             * Shape of a Connected.
             * @typedef {longwire.v1.Connected.$Properties} longwire.v1.Connected.$Shape
             */

            /**
             * Constructs a new Connected.
             * @memberof longwire.v1
             * @classdesc Represents a Connected.
             * @constructor
             * @param {longwire.v1.Connected.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Connected = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Connected version.
             * @member {number} version
             * @memberof longwire.v1.Connected
             * @instance
             */
            Connected.prototype.version = 0;

            /**
             * Connected connection.
             * @member {string} connection
             * @memberof longwire.v1.Connected
             * @instance
             */
            Connected.prototype.connection = "";

            /**
             * Connected heartbeatIntervalMs.
             * @member {number} heartbeatIntervalMs
             * @memberof longwire.v1.Connected
             * @instance
             */
            Connected.prototype.heartbeatIntervalMs = 0;

            /**
             * Connected idleTimeoutMs.
             * @member {number} idleTimeoutMs
             * @memberof longwire.v1.Connected
             * @instance
             */
            Connected.prototype.idleTimeoutMs = 0;

            /**
             * Connected limits.
             * @member {longwire.v1.Limits.$Properties|null|undefined} limits
             * @memberof longwire.v1.Connected
             * @instance
             */
            Connected.prototype.limits = null;

            /**
             * Connected tokenExpiresAtMs.
             * @member {number} tokenExpiresAtMs
             * @memberof longwire.v1.Connected
             * @instance
             */
            Connected.prototype.tokenExpiresAtMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Encodes the specified Connected message. Does not implicitly {@link longwire.v1.Connected.verify|verify} messages.
             * @function encode
             * @memberof longwire.v1.Connected
             * @static
             * @param {longwire.v1.Connected.$Properties} message Connected message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Connected.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.version != null && $Object.hasOwnProperty.call(message, "version") && message.version !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.version);
                if (message.connection != null && $Object.hasOwnProperty.call(message, "connection") && message.connection !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.connection);
                if (message.heartbeatIntervalMs != null && $Object.hasOwnProperty.call(message, "heartbeatIntervalMs") && message.heartbeatIntervalMs !== 0)
                    writer.uint32(/* id 3, wireType 0 =*/24).uint32(message.heartbeatIntervalMs);
                if (message.idleTimeoutMs != null && $Object.hasOwnProperty.call(message, "idleTimeoutMs") && message.idleTimeoutMs !== 0)
                    writer.uint32(/* id 4, wireType 0 =*/32).uint32(message.idleTimeoutMs);
                if (message.limits != null && $Object.hasOwnProperty.call(message, "limits"))
                    $root.longwire.v1.Limits.encode(message.limits, writer.uint32(/* id 5, wireType 2 =*/42).fork(), _depth + 1).ldelim();
                if (message.tokenExpiresAtMs != null && $Object.hasOwnProperty.call(message, "tokenExpiresAtMs") && (typeof message.tokenExpiresAtMs === "object" ? message.tokenExpiresAtMs.low || message.tokenExpiresAtMs.high : message.tokenExpiresAtMs !== 0))
                    writer.uint32(/* id 6, wireType 0 =*/48).uint64(message.tokenExpiresAtMs);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Connected message from the specified reader or buffer.
             * @function decode
             * @memberof longwire.v1.Connected
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {longwire.v1.Connected & longwire.v1.Connected.$Shape} Connected
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Connected.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.longwire.v1.Connected();
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
                                message.version = value;
                            else
                                delete message.version;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.connection = value;
                            else
                                delete message.connection;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.heartbeatIntervalMs = value;
                            else
                                delete message.heartbeatIntervalMs;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.idleTimeoutMs = value;
                            else
                                delete message.idleTimeoutMs;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            message.limits = $root.longwire.v1.Limits.decode(reader, reader.size(), $undefined, _depth + 1, message.limits);
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.tokenExpiresAtMs = value;
                            else
                                delete message.tokenExpiresAtMs;
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

            return Connected;
        })();

        v1.Limits = (function() {

            /**
             * Properties of a Limits.
             * @typedef {Object} longwire.v1.Limits.$Properties
             * @property {number|null} [maxFrameBytes] Limits maxFrameBytes
             * @property {number|null} [maxInFlight] Limits maxInFlight
             * @property {number|null} [maxMessagesPerSecond] Limits maxMessagesPerSecond
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Limits.
             * @memberof longwire.v1
             * @interface ILimits
             * @augments longwire.v1.Limits.$Properties
             * @deprecated Use longwire.v1.Limits.$Properties instead.
             */

            /**
             * Shape of a Limits.
             * @typedef {longwire.v1.Limits.$Properties} longwire.v1.Limits.$Shape
             */

            /**
             * Constructs a new Limits.
             * @memberof longwire.v1
             * @classdesc Represents a Limits.
             * @constructor
             * @param {longwire.v1.Limits.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Limits = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Limits maxFrameBytes.
             * @member {number} maxFrameBytes
             * @memberof longwire.v1.Limits
             * @instance
             */
            Limits.prototype.maxFrameBytes = 0;

            /**
             * Limits maxInFlight.
             * @member {number} maxInFlight
             * @memberof longwire.v1.Limits
             * @instance
             */
            Limits.prototype.maxInFlight = 0;

            /**
             * Limits maxMessagesPerSecond.
             * @member {number} maxMessagesPerSecond
             * @memberof longwire.v1.Limits
             * @instance
             */
            Limits.prototype.maxMessagesPerSecond = 0;

            /**
             * Encodes the specified Limits message. Does not implicitly {@link longwire.v1.Limits.verify|verify} messages.
             * @function encode
             * @memberof longwire.v1.Limits
             * @static
             * @param {longwire.v1.Limits.$Properties} message Limits message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Limits.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.maxFrameBytes != null && $Object.hasOwnProperty.call(message, "maxFrameBytes") && message.maxFrameBytes !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.maxFrameBytes);
                if (message.maxInFlight != null && $Object.hasOwnProperty.call(message, "maxInFlight") && message.maxInFlight !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.maxInFlight);
                if (message.maxMessagesPerSecond != null && $Object.hasOwnProperty.call(message, "maxMessagesPerSecond") && message.maxMessagesPerSecond !== 0)
                    writer.uint32(/* id 3, wireType 0 =*/24).uint32(message.maxMessagesPerSecond);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Limits message from the specified reader or buffer.
             * @function decode
             * @memberof longwire.v1.Limits
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {longwire.v1.Limits & longwire.v1.Limits.$Shape} Limits
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Limits.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.longwire.v1.Limits();
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
                                message.maxFrameBytes = value;
                            else
                                delete message.maxFrameBytes;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.maxInFlight = value;
                            else
                                delete message.maxInFlight;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.maxMessagesPerSecond = value;
                            else
                                delete message.maxMessagesPerSecond;
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

            return Limits;
        })();

        v1.Publish = (function() {

            /**
             * Properties of a Publish.
             * @typedef {Object} longwire.v1.Publish.$Properties
             * @property {string|null} [messageId] Publish messageId
             * @property {string|null} [kind] Publish kind
             * @property {Uint8Array|null} [payload] Publish payload
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Publish.
             * @memberof longwire.v1
             * @interface IPublish
             * @augments longwire.v1.Publish.$Properties
             * @deprecated Use longwire.v1.Publish.$Properties instead.
             */

            /**
             * Shape of a Publish.
             * @typedef {longwire.v1.Publish.$Properties} longwire.v1.Publish.$Shape
             */

            /**
             * Constructs a new Publish.
             * @memberof longwire.v1
             * @classdesc Represents a Publish.
             * @constructor
             * @param {longwire.v1.Publish.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Publish = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Publish messageId.
             * @member {string} messageId
             * @memberof longwire.v1.Publish
             * @instance
             */
            Publish.prototype.messageId = "";

            /**
             * Publish kind.
             * @member {string} kind
             * @memberof longwire.v1.Publish
             * @instance
             */
            Publish.prototype.kind = "";

            /**
             * Publish payload.
             * @member {Uint8Array} payload
             * @memberof longwire.v1.Publish
             * @instance
             */
            Publish.prototype.payload = $util.newBuffer([]);

            /**
             * Encodes the specified Publish message. Does not implicitly {@link longwire.v1.Publish.verify|verify} messages.
             * @function encode
             * @memberof longwire.v1.Publish
             * @static
             * @param {longwire.v1.Publish.$Properties} message Publish message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Publish.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.messageId != null && $Object.hasOwnProperty.call(message, "messageId") && message.messageId !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.messageId);
                if (message.kind != null && $Object.hasOwnProperty.call(message, "kind") && message.kind !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.kind);
                if (message.payload != null && $Object.hasOwnProperty.call(message, "payload") && message.payload.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.payload);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Publish message from the specified reader or buffer.
             * @function decode
             * @memberof longwire.v1.Publish
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {longwire.v1.Publish & longwire.v1.Publish.$Shape} Publish
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Publish.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.longwire.v1.Publish();
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
                                message.kind = value;
                            else
                                delete message.kind;
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

            return Publish;
        })();

        v1.Published = (function() {

            /**
             * Properties of a Published.
             * @typedef {Object} longwire.v1.Published.$Properties
             * @property {string|null} [messageId] Published messageId
             * @property {longwire.v1.PublishStatus|null} [status] Published status
             * @property {string|null} [detail] Published detail
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Published.
             * @memberof longwire.v1
             * @interface IPublished
             * @augments longwire.v1.Published.$Properties
             * @deprecated Use longwire.v1.Published.$Properties instead.
             */

            /**
             * Shape of a Published.
             * @typedef {longwire.v1.Published.$Properties} longwire.v1.Published.$Shape
             */

            /**
             * Constructs a new Published.
             * @memberof longwire.v1
             * @classdesc Represents a Published.
             * @constructor
             * @param {longwire.v1.Published.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Published = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Published messageId.
             * @member {string} messageId
             * @memberof longwire.v1.Published
             * @instance
             */
            Published.prototype.messageId = "";

            /**
             * Published status.
             * @member {longwire.v1.PublishStatus} status
             * @memberof longwire.v1.Published
             * @instance
             */
            Published.prototype.status = 0;

            /**
             * Published detail.
             * @member {string} detail
             * @memberof longwire.v1.Published
             * @instance
             */
            Published.prototype.detail = "";

            /**
             * Encodes the specified Published message. Does not implicitly {@link longwire.v1.Published.verify|verify} messages.
             * @function encode
             * @memberof longwire.v1.Published
             * @static
             * @param {longwire.v1.Published.$Properties} message Published message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Published.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.messageId != null && $Object.hasOwnProperty.call(message, "messageId") && message.messageId !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.messageId);
                if (message.status != null && $Object.hasOwnProperty.call(message, "status") && message.status !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).int32(message.status);
                if (message.detail != null && $Object.hasOwnProperty.call(message, "detail") && message.detail !== "")
                    writer.uint32(/* id 3, wireType 2 =*/26).string(message.detail);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Published message from the specified reader or buffer.
             * @function decode
             * @memberof longwire.v1.Published
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {longwire.v1.Published & longwire.v1.Published.$Shape} Published
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Published.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.longwire.v1.Published();
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
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.status = value;
                            else
                                delete message.status;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.detail = value;
                            else
                                delete message.detail;
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

            return Published;
        })();

        /**
         * PublishStatus enum.
         * @name longwire.v1.PublishStatus
         * @enum {number}
         * @property {number} PUBLISH_STATUS_ACCEPTED=0 PUBLISH_STATUS_ACCEPTED value
         * @property {number} PUBLISH_STATUS_RETRY=1 PUBLISH_STATUS_RETRY value
         * @property {number} PUBLISH_STATUS_REJECTED=2 PUBLISH_STATUS_REJECTED value
         */
        v1.PublishStatus = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "PUBLISH_STATUS_ACCEPTED"] = 0;
            values[valuesById[1] = "PUBLISH_STATUS_RETRY"] = 1;
            values[valuesById[2] = "PUBLISH_STATUS_REJECTED"] = 2;
            return values;
        })();

        v1.Send = (function() {

            /**
             * Properties of a Send.
             * @typedef {Object} longwire.v1.Send.$Properties
             * @property {string|null} [messageId] Send messageId
             * @property {string|null} [to] Send to
             * @property {Uint8Array|null} [payload] Send payload
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Send.
             * @memberof longwire.v1
             * @interface ISend
             * @augments longwire.v1.Send.$Properties
             * @deprecated Use longwire.v1.Send.$Properties instead.
             */

            /**
             * Shape of a Send.
             * @typedef {longwire.v1.Send.$Properties} longwire.v1.Send.$Shape
             */

            /**
             * Constructs a new Send.
             * @memberof longwire.v1
             * @classdesc Represents a Send.
             * @constructor
             * @param {longwire.v1.Send.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Send = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Send messageId.
             * @member {string} messageId
             * @memberof longwire.v1.Send
             * @instance
             */
            Send.prototype.messageId = "";

            /**
             * Send to.
             * @member {string} to
             * @memberof longwire.v1.Send
             * @instance
             */
            Send.prototype.to = "";

            /**
             * Send payload.
             * @member {Uint8Array} payload
             * @memberof longwire.v1.Send
             * @instance
             */
            Send.prototype.payload = $util.newBuffer([]);

            /**
             * Encodes the specified Send message. Does not implicitly {@link longwire.v1.Send.verify|verify} messages.
             * @function encode
             * @memberof longwire.v1.Send
             * @static
             * @param {longwire.v1.Send.$Properties} message Send message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Send.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.messageId != null && $Object.hasOwnProperty.call(message, "messageId") && message.messageId !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.messageId);
                if (message.to != null && $Object.hasOwnProperty.call(message, "to") && message.to !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.to);
                if (message.payload != null && $Object.hasOwnProperty.call(message, "payload") && message.payload.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.payload);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Send message from the specified reader or buffer.
             * @function decode
             * @memberof longwire.v1.Send
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {longwire.v1.Send & longwire.v1.Send.$Shape} Send
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Send.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.longwire.v1.Send();
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
                                message.to = value;
                            else
                                delete message.to;
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

            return Send;
        })();

        v1.Sent = (function() {

            /**
             * Properties of a Sent.
             * @typedef {Object} longwire.v1.Sent.$Properties
             * @property {string|null} [messageId] Sent messageId
             * @property {longwire.v1.SendStatus|null} [status] Sent status
             * @property {string|null} [detail] Sent detail
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Sent.
             * @memberof longwire.v1
             * @interface ISent
             * @augments longwire.v1.Sent.$Properties
             * @deprecated Use longwire.v1.Sent.$Properties instead.
             */

            /**
             * Shape of a Sent.
             * @typedef {longwire.v1.Sent.$Properties} longwire.v1.Sent.$Shape
             */

            /**
             * Constructs a new Sent.
             * @memberof longwire.v1
             * @classdesc Represents a Sent.
             * @constructor
             * @param {longwire.v1.Sent.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Sent = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Sent messageId.
             * @member {string} messageId
             * @memberof longwire.v1.Sent
             * @instance
             */
            Sent.prototype.messageId = "";

            /**
             * Sent status.
             * @member {longwire.v1.SendStatus} status
             * @memberof longwire.v1.Sent
             * @instance
             */
            Sent.prototype.status = 0;

            /**
             * Sent detail.
             * @member {string} detail
             * @memberof longwire.v1.Sent
             * @instance
             */
            Sent.prototype.detail = "";

            /**
             * Encodes the specified Sent message. Does not implicitly {@link longwire.v1.Sent.verify|verify} messages.
             * @function encode
             * @memberof longwire.v1.Sent
             * @static
             * @param {longwire.v1.Sent.$Properties} message Sent message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Sent.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.messageId != null && $Object.hasOwnProperty.call(message, "messageId") && message.messageId !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.messageId);
                if (message.status != null && $Object.hasOwnProperty.call(message, "status") && message.status !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).int32(message.status);
                if (message.detail != null && $Object.hasOwnProperty.call(message, "detail") && message.detail !== "")
                    writer.uint32(/* id 3, wireType 2 =*/26).string(message.detail);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Sent message from the specified reader or buffer.
             * @function decode
             * @memberof longwire.v1.Sent
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {longwire.v1.Sent & longwire.v1.Sent.$Shape} Sent
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Sent.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.longwire.v1.Sent();
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
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.status = value;
                            else
                                delete message.status;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.detail = value;
                            else
                                delete message.detail;
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

            return Sent;
        })();

        /**
         * SendStatus enum.
         * @name longwire.v1.SendStatus
         * @enum {number}
         * @property {number} SEND_STATUS_DELIVERED=0 SEND_STATUS_DELIVERED value
         * @property {number} SEND_STATUS_OFFLINE=1 SEND_STATUS_OFFLINE value
         * @property {number} SEND_STATUS_QUEUE_FULL=2 SEND_STATUS_QUEUE_FULL value
         * @property {number} SEND_STATUS_RETRY=3 SEND_STATUS_RETRY value
         * @property {number} SEND_STATUS_REJECTED=4 SEND_STATUS_REJECTED value
         */
        v1.SendStatus = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "SEND_STATUS_DELIVERED"] = 0;
            values[valuesById[1] = "SEND_STATUS_OFFLINE"] = 1;
            values[valuesById[2] = "SEND_STATUS_QUEUE_FULL"] = 2;
            values[valuesById[3] = "SEND_STATUS_RETRY"] = 3;
            values[valuesById[4] = "SEND_STATUS_REJECTED"] = 4;
            return values;
        })();

        v1.Deliver = (function() {

            /**
             * Properties of a Deliver.
             * @typedef {Object} longwire.v1.Deliver.$Properties
             * @property {number|null} [deliveryId] Deliver deliveryId
             * @property {string|null} [messageId] Deliver messageId
             * @property {string|null} [from] Deliver from
             * @property {Uint8Array|null} [payload] Deliver payload
             * @property {number|null} [sentAtMs] Deliver sentAtMs
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Deliver.
             * @memberof longwire.v1
             * @interface IDeliver
             * @augments longwire.v1.Deliver.$Properties
             * @deprecated Use longwire.v1.Deliver.$Properties instead.
             */

            /**
             * Shape of a Deliver.
             * @typedef {longwire.v1.Deliver.$Properties} longwire.v1.Deliver.$Shape
             */

            /**
             * Constructs a new Deliver.
             * @memberof longwire.v1
             * @classdesc Represents a Deliver.
             * @constructor
             * @param {longwire.v1.Deliver.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Deliver = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Deliver deliveryId.
             * @member {number} deliveryId
             * @memberof longwire.v1.Deliver
             * @instance
             */
            Deliver.prototype.deliveryId = 0;

            /**
             * Deliver messageId.
             * @member {string} messageId
             * @memberof longwire.v1.Deliver
             * @instance
             */
            Deliver.prototype.messageId = "";

            /**
             * Deliver from.
             * @member {string} from
             * @memberof longwire.v1.Deliver
             * @instance
             */
            Deliver.prototype.from = "";

            /**
             * Deliver payload.
             * @member {Uint8Array} payload
             * @memberof longwire.v1.Deliver
             * @instance
             */
            Deliver.prototype.payload = $util.newBuffer([]);

            /**
             * Deliver sentAtMs.
             * @member {number} sentAtMs
             * @memberof longwire.v1.Deliver
             * @instance
             */
            Deliver.prototype.sentAtMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Encodes the specified Deliver message. Does not implicitly {@link longwire.v1.Deliver.verify|verify} messages.
             * @function encode
             * @memberof longwire.v1.Deliver
             * @static
             * @param {longwire.v1.Deliver.$Properties} message Deliver message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Deliver.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.deliveryId != null && $Object.hasOwnProperty.call(message, "deliveryId") && message.deliveryId !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.deliveryId);
                if (message.messageId != null && $Object.hasOwnProperty.call(message, "messageId") && message.messageId !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.messageId);
                if (message.from != null && $Object.hasOwnProperty.call(message, "from") && message.from !== "")
                    writer.uint32(/* id 3, wireType 2 =*/26).string(message.from);
                if (message.payload != null && $Object.hasOwnProperty.call(message, "payload") && message.payload.length)
                    writer.uint32(/* id 4, wireType 2 =*/34).bytes(message.payload);
                if (message.sentAtMs != null && $Object.hasOwnProperty.call(message, "sentAtMs") && (typeof message.sentAtMs === "object" ? message.sentAtMs.low || message.sentAtMs.high : message.sentAtMs !== 0))
                    writer.uint32(/* id 5, wireType 0 =*/40).uint64(message.sentAtMs);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Deliver message from the specified reader or buffer.
             * @function decode
             * @memberof longwire.v1.Deliver
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {longwire.v1.Deliver & longwire.v1.Deliver.$Shape} Deliver
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Deliver.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.longwire.v1.Deliver();
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
                                message.deliveryId = value;
                            else
                                delete message.deliveryId;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.messageId = value;
                            else
                                delete message.messageId;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.from = value;
                            else
                                delete message.from;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.payload = value;
                            else
                                delete message.payload;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.sentAtMs = value;
                            else
                                delete message.sentAtMs;
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

            return Deliver;
        })();

        v1.Acknowledge = (function() {

            /**
             * Properties of an Acknowledge.
             * @typedef {Object} longwire.v1.Acknowledge.$Properties
             * @property {Array.<number>|null} [deliveryIds] Acknowledge deliveryIds
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an Acknowledge.
             * @memberof longwire.v1
             * @interface IAcknowledge
             * @augments longwire.v1.Acknowledge.$Properties
             * @deprecated Use longwire.v1.Acknowledge.$Properties instead.
             */

            /**
             * Shape of an Acknowledge.
             * @typedef {longwire.v1.Acknowledge.$Properties} longwire.v1.Acknowledge.$Shape
             */

            /**
             * Constructs a new Acknowledge.
             * @memberof longwire.v1
             * @classdesc Represents an Acknowledge.
             * @constructor
             * @param {longwire.v1.Acknowledge.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Acknowledge = function (properties) {
                this.deliveryIds = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Acknowledge deliveryIds.
             * @member {Array.<number>} deliveryIds
             * @memberof longwire.v1.Acknowledge
             * @instance
             */
            Acknowledge.prototype.deliveryIds = $util.emptyArray;

            /**
             * Encodes the specified Acknowledge message. Does not implicitly {@link longwire.v1.Acknowledge.verify|verify} messages.
             * @function encode
             * @memberof longwire.v1.Acknowledge
             * @static
             * @param {longwire.v1.Acknowledge.$Properties} message Acknowledge message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Acknowledge.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.deliveryIds != null && message.deliveryIds.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).uint32s(message.deliveryIds);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an Acknowledge message from the specified reader or buffer.
             * @function decode
             * @memberof longwire.v1.Acknowledge
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {longwire.v1.Acknowledge & longwire.v1.Acknowledge.$Shape} Acknowledge
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Acknowledge.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.longwire.v1.Acknowledge();
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
                                if (!(message.deliveryIds && message.deliveryIds.length))
                                    message.deliveryIds = [];
                                reader.uint32s(message.deliveryIds);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.deliveryIds && message.deliveryIds.length))
                                message.deliveryIds = [];
                            message.deliveryIds.push(reader.uint32());
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

            return Acknowledge;
        })();

        v1.Redirect = (function() {

            /**
             * Properties of a Redirect.
             * @typedef {Object} longwire.v1.Redirect.$Properties
             * @property {Array.<string>|null} [addresses] Redirect addresses
             * @property {number|null} [delayMs] Redirect delayMs
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Redirect.
             * @memberof longwire.v1
             * @interface IRedirect
             * @augments longwire.v1.Redirect.$Properties
             * @deprecated Use longwire.v1.Redirect.$Properties instead.
             */

            /**
             * Shape of a Redirect.
             * @typedef {longwire.v1.Redirect.$Properties} longwire.v1.Redirect.$Shape
             */

            /**
             * Constructs a new Redirect.
             * @memberof longwire.v1
             * @classdesc Represents a Redirect.
             * @constructor
             * @param {longwire.v1.Redirect.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Redirect = function (properties) {
                this.addresses = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Redirect addresses.
             * @member {Array.<string>} addresses
             * @memberof longwire.v1.Redirect
             * @instance
             */
            Redirect.prototype.addresses = $util.emptyArray;

            /**
             * Redirect delayMs.
             * @member {number} delayMs
             * @memberof longwire.v1.Redirect
             * @instance
             */
            Redirect.prototype.delayMs = 0;

            /**
             * Encodes the specified Redirect message. Does not implicitly {@link longwire.v1.Redirect.verify|verify} messages.
             * @function encode
             * @memberof longwire.v1.Redirect
             * @static
             * @param {longwire.v1.Redirect.$Properties} message Redirect message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Redirect.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.addresses != null && message.addresses.length)
                    for (let i = 0; i < message.addresses.length; ++i)
                        writer.uint32(/* id 1, wireType 2 =*/10).string(message.addresses[i]);
                if (message.delayMs != null && $Object.hasOwnProperty.call(message, "delayMs") && message.delayMs !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.delayMs);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Redirect message from the specified reader or buffer.
             * @function decode
             * @memberof longwire.v1.Redirect
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {longwire.v1.Redirect & longwire.v1.Redirect.$Shape} Redirect
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Redirect.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.longwire.v1.Redirect();
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
                            if (!(message.addresses && message.addresses.length))
                                message.addresses = [];
                            message.addresses.push(reader.stringVerify());
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.delayMs = value;
                            else
                                delete message.delayMs;
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

            return Redirect;
        })();

        v1.Close = (function() {

            /**
             * Properties of a Close.
             * @typedef {Object} longwire.v1.Close.$Properties
             * @property {number|null} [code] Close code
             * @property {string|null} [reason] Close reason
             * @property {number|null} [retryAfterMs] Close retryAfterMs
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Close.
             * @memberof longwire.v1
             * @interface IClose
             * @augments longwire.v1.Close.$Properties
             * @deprecated Use longwire.v1.Close.$Properties instead.
             */

            /**
             * Shape of a Close.
             * @typedef {longwire.v1.Close.$Properties} longwire.v1.Close.$Shape
             */

            /**
             * Constructs a new Close.
             * @memberof longwire.v1
             * @classdesc Represents a Close.
             * @constructor
             * @param {longwire.v1.Close.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Close = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Close code.
             * @member {number} code
             * @memberof longwire.v1.Close
             * @instance
             */
            Close.prototype.code = 0;

            /**
             * Close reason.
             * @member {string} reason
             * @memberof longwire.v1.Close
             * @instance
             */
            Close.prototype.reason = "";

            /**
             * Close retryAfterMs.
             * @member {number} retryAfterMs
             * @memberof longwire.v1.Close
             * @instance
             */
            Close.prototype.retryAfterMs = 0;

            /**
             * Encodes the specified Close message. Does not implicitly {@link longwire.v1.Close.verify|verify} messages.
             * @function encode
             * @memberof longwire.v1.Close
             * @static
             * @param {longwire.v1.Close.$Properties} message Close message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Close.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.code != null && $Object.hasOwnProperty.call(message, "code") && message.code !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.code);
                if (message.reason != null && $Object.hasOwnProperty.call(message, "reason") && message.reason !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.reason);
                if (message.retryAfterMs != null && $Object.hasOwnProperty.call(message, "retryAfterMs") && message.retryAfterMs !== 0)
                    writer.uint32(/* id 3, wireType 0 =*/24).uint32(message.retryAfterMs);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Close message from the specified reader or buffer.
             * @function decode
             * @memberof longwire.v1.Close
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {longwire.v1.Close & longwire.v1.Close.$Shape} Close
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Close.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.longwire.v1.Close();
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
                                message.code = value;
                            else
                                delete message.code;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.reason = value;
                            else
                                delete message.reason;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.retryAfterMs = value;
                            else
                                delete message.retryAfterMs;
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

            return Close;
        })();

        v1.Refresh = (function() {

            /**
             * Properties of a Refresh.
             * @typedef {Object} longwire.v1.Refresh.$Properties
             * @property {string|null} [token] Refresh token
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Refresh.
             * @memberof longwire.v1
             * @interface IRefresh
             * @augments longwire.v1.Refresh.$Properties
             * @deprecated Use longwire.v1.Refresh.$Properties instead.
             */

            /**
             * Shape of a Refresh.
             * @typedef {longwire.v1.Refresh.$Properties} longwire.v1.Refresh.$Shape
             */

            /**
             * Constructs a new Refresh.
             * @memberof longwire.v1
             * @classdesc Represents a Refresh.
             * @constructor
             * @param {longwire.v1.Refresh.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Refresh = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Refresh token.
             * @member {string} token
             * @memberof longwire.v1.Refresh
             * @instance
             */
            Refresh.prototype.token = "";

            /**
             * Encodes the specified Refresh message. Does not implicitly {@link longwire.v1.Refresh.verify|verify} messages.
             * @function encode
             * @memberof longwire.v1.Refresh
             * @static
             * @param {longwire.v1.Refresh.$Properties} message Refresh message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Refresh.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.token != null && $Object.hasOwnProperty.call(message, "token") && message.token !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.token);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Refresh message from the specified reader or buffer.
             * @function decode
             * @memberof longwire.v1.Refresh
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {longwire.v1.Refresh & longwire.v1.Refresh.$Shape} Refresh
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Refresh.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.longwire.v1.Refresh();
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
                                message.token = value;
                            else
                                delete message.token;
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

            return Refresh;
        })();

        v1.Refreshed = (function() {

            /**
             * Properties of a Refreshed.
             * @typedef {Object} longwire.v1.Refreshed.$Properties
             * @property {number|null} [tokenExpiresAtMs] Refreshed tokenExpiresAtMs
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Refreshed.
             * @memberof longwire.v1
             * @interface IRefreshed
             * @augments longwire.v1.Refreshed.$Properties
             * @deprecated Use longwire.v1.Refreshed.$Properties instead.
             */

            /**
             * Shape of a Refreshed.
             * @typedef {longwire.v1.Refreshed.$Properties} longwire.v1.Refreshed.$Shape
             */

            /**
             * Constructs a new Refreshed.
             * @memberof longwire.v1
             * @classdesc Represents a Refreshed.
             * @constructor
             * @param {longwire.v1.Refreshed.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Refreshed = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Refreshed tokenExpiresAtMs.
             * @member {number} tokenExpiresAtMs
             * @memberof longwire.v1.Refreshed
             * @instance
             */
            Refreshed.prototype.tokenExpiresAtMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Encodes the specified Refreshed message. Does not implicitly {@link longwire.v1.Refreshed.verify|verify} messages.
             * @function encode
             * @memberof longwire.v1.Refreshed
             * @static
             * @param {longwire.v1.Refreshed.$Properties} message Refreshed message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Refreshed.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.tokenExpiresAtMs != null && $Object.hasOwnProperty.call(message, "tokenExpiresAtMs") && (typeof message.tokenExpiresAtMs === "object" ? message.tokenExpiresAtMs.low || message.tokenExpiresAtMs.high : message.tokenExpiresAtMs !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.tokenExpiresAtMs);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Refreshed message from the specified reader or buffer.
             * @function decode
             * @memberof longwire.v1.Refreshed
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {longwire.v1.Refreshed & longwire.v1.Refreshed.$Shape} Refreshed
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Refreshed.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.longwire.v1.Refreshed();
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
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.tokenExpiresAtMs = value;
                            else
                                delete message.tokenExpiresAtMs;
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

            return Refreshed;
        })();

        return v1;
    })();

    return longwire;
})();

export {
  $root as default
};

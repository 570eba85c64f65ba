// Made by `npm run generate` from openapi/. Do not edit.

export interface paths {
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Health check. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Health"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/rooms": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the rooms by id. */
        get: {
            parameters: {
                query?: {
                    /** @description 1 to 200; 50 if left out. */
                    limit?: string;
                    /** @description Rooms behind this id. */
                    after?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The next page, if there is one. */
                        link?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Room"][];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /** Makes a room. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewRoom"];
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Room"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description A room with this id exists. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/rooms/{room_id}/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Messages of a room, the oldest first: the latest ones, or those before or after a `seq`. */
        get: {
            parameters: {
                query?: {
                    /** @description 1 to 200; 50 if left out. */
                    limit?: string;
                    /** @description Messages before this `seq`: the way up through the history. */
                    before?: string;
                    /** @description Messages after this `seq`: what was missed. */
                    after?: string;
                };
                header?: never;
                path: {
                    room_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The next page, if there is one. */
                        link?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Message"][];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The room does not exist. */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ws/{room_id}/{user_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A WebSocket to a room; the room is made if it does not exist. The frames are in services/chat/README.md. */
        get: {
            parameters: {
                query?: {
                    /** @description The name that others see; only with AUTH=open, otherwise the token's counts. */
                    username?: string;
                    /** @description The last `seq` that the client has: what came after it is replayed. */
                    since?: string;
                    /** @description The access token, where the subprotocol `access_token` cannot be used. */
                    token?: string;
                };
                header?: never;
                path: {
                    room_id: string;
                    user_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The socket is open. */
                101: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Another origin, or somebody else's token. */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Not a WebSocket handshake. */
                426: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Health: {
            service: string;
            /** @description Open sockets of this replica. */
            sockets: number;
            /** @description `ok`, or `degraded` when the database does not answer. */
            status: string;
        };
        /** @description A message. */
        Message: {
            /** @description The sender's own name for it. */
            client_id?: string | null;
            /** @description The text, or a file's name. */
            content: string;
            /** @description Where the file is. */
            file_url?: string | null;
            /**
             * Format: uuid
             * @description Unique over all rooms.
             */
            id: string;
            /**
             * @description `text`, `file` or `image`.
             * @example text
             */
            message_type: string;
            /** @description The room. */
            room_id: string;
            /**
             * Format: int64
             * @description Its place in the room: 1, 2, 3 …
             */
            seq: number;
            /**
             * Format: date-time
             * @description When it was stored.
             */
            timestamp: string;
            /** @description The author. */
            user_id: string;
            /** @description The author's name when they wrote it. */
            username: string;
        };
        /** @description What is asked for by `POST /rooms`. */
        NewRoom: {
            /** @description What it is for, at most 500 characters. */
            description?: string | null;
            /**
             * @description Its name in addresses: 1 to 64 of `A-Z a-z 0-9 _ . : @ -`.
             * @example general
             */
            id: string;
            /** @description Its name for people, at most 100 characters. The id, if left out. */
            name?: string | null;
        };
        /** @description The body of an error answer (RFC 9457). */
        Problem: {
            /**
             * @description Stable name of the problem.
             * @example invalid_id
             */
            code: string;
            /** @description What happened, for people. */
            detail: string;
            /**
             * Format: int32
             * @description The HTTP status.
             */
            status: number;
            /** @description The status in words. */
            title: string;
            /**
             * @description What kind of problem it is: a URN made of the code.
             * @example urn:folkmoot:problem:invalid_id
             */
            type: string;
        };
        /** @description A room. */
        Room: {
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /** @description What it is for. */
            description: string;
            /**
             * @description Its name in addresses.
             * @example general
             */
            id: string;
            /**
             * Format: int64
             * @description The `seq` of its latest message; 0 when there is none.
             */
            last_seq: number;
            /**
             * @description Its name for people.
             * @example General
             */
            name: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;

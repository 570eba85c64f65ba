// Made by `npm run generate` from openapi/. Do not edit.

export interface paths {
    "/api/activity-stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The newest threads that the caller may see, newest first: the stream holds 1,000. */
        get: {
            parameters: {
                query?: {
                    /** @description Most entries, 1 to 100 [default: 20]. */
                    limit?: number;
                    /** @description How many of the newest to leave out, 0 to 1000 [default: 0]. */
                    skip?: number;
                };
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
                        "application/json": components["schemas"]["Entry"][];
                    };
                };
                /** @description invalid_limit, invalid_skip, invalid_query */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description unauthorized */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description unavailable */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
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
    "/api/activity-stream/stats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How much is in the streams, of what the caller may see. */
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
                        "application/json": components["schemas"]["Stats"];
                    };
                };
                /** @description unauthorized */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description unavailable */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
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
    "/api/activity-stream/user": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The newest threads of one member that the caller may see, newest first: the stream holds 100. */
        get: {
            parameters: {
                query?: {
                    /** @description Whose stream [default: one's own]. */
                    user_id?: string;
                    /** @description Most entries, 1 to 100 [default: 20]. */
                    limit?: number;
                    /** @description How many of the newest to leave out, 0 to 1000 [default: 0]. */
                    skip?: number;
                };
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
                        "application/json": components["schemas"]["Entry"][];
                    };
                };
                /** @description invalid_id, invalid_limit, invalid_skip, invalid_query */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description unauthorized */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description unavailable */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
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
    "/api/feed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What those whom the caller follows wrote, and the caller, newest first. */
        get: {
            parameters: {
                query?: {
                    /** @description Most entries, 1 to 200 [default: 50]. */
                    limit?: number;
                    /** @description The last entry of the page before; the `Link` header holds it. */
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
                        /** @description the next page, if there is one */
                        Link?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Entry"][];
                    };
                };
                /** @description invalid_limit, invalid_cursor, invalid_query */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description unauthorized */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description unavailable */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
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
    "/ws/feed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A WebSocket that tells what happens in the threads that the caller may see.
         * @description After `{"type": "ready"}` it sends `thread.created` and `thread.updated` with `thread`, `thread.deleted` with `thread_id`,
         *     `comment.created` with `thread_id`, `comment_count` and `comment`, and `thread.like.updated` with `thread_id` and
         *     `like_count`. After `{"type": "resync"}` something may have been missed.
         */
        get: {
            parameters: {
                query?: {
                    /** @description The access token, where the subprotocol `access_token` cannot be used. */
                    token?: string;
                };
                header?: never;
                path?: never;
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
                /** @description invalid_handshake */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description unauthorized */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description forbidden_origin; banned */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description upgrade_required */
                426: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description draining, too_many_sockets */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
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
        /** @description Who wrote something. */
        Author: {
            /** @description Where the picture is. */
            avatar_url?: string | null;
            /** @description Whether the account is gone. */
            deleted: boolean;
            /** @description The account. */
            user_id: string;
            /** @description The name, or `deleted`. */
            username: string;
        };
        /** @description A thread in a stream or feed. */
        Entry: {
            /** @description Who opened it. */
            author: components["schemas"]["Author"];
            /**
             * Format: uuid
             * @description Its category.
             */
            category_id: string;
            /**
             * Format: int64
             * @description How many comments it has.
             */
            comment_count: number;
            /** @description The same. */
            content: string;
            /**
             * Format: date-time
             * @description When it was opened.
             */
            created_at: string;
            /** @description The beginning of its text, plain. */
            excerpt: string;
            /**
             * Format: uuid
             * @description The thread. Newer ones sort behind older ones.
             */
            id: string;
            /**
             * Format: int64
             * @description How many like it.
             */
            like_count: number;
            /**
             * Format: uuid
             * @description The same, for clients that know threads as posts.
             */
            post_id: string;
            /** @description Its tags. */
            tags: string[];
            /**
             * Format: uuid
             * @description The same.
             */
            thread_id: string;
            /** @description Its title. */
            title: string;
            /** @description `thread`. */
            type: string;
            /**
             * Format: date-time
             * @description When it was changed last.
             */
            updated_at: string;
            /** @description Who opened it. */
            user_id: string;
            /** @description Their name. */
            username: string;
        };
        Health: {
            service: string;
            /** @description Open sockets of this replica. */
            sockets: number;
            /** @description `ok`, or `degraded` when the database does not answer. */
            status: string;
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
        /** @description How much there is for who asks. */
        Stats: {
            /** @description The stream holds at most so many. */
            global_feed_max: number;
            /** @description Entries in the activity stream that the asker may see. */
            global_feed_size: number;
            /**
             * Format: date-time
             * @description When the newest entry that the asker may see was opened.
             */
            newest_at?: string | null;
            /** @description That of a user holds at most so many. */
            user_feed_max: number;
            /** @description Entries in the asker's own stream; null without a token. */
            user_feed_size?: number | null;
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

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
    "/notifications": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The caller's notifications, newest first. */
        get: {
            parameters: {
                query?: {
                    /** @description Only those that are not read [default: false]. */
                    unread?: boolean;
                    /**
                     * @description Only those of this kind.
                     * @example comment.replied
                     */
                    kind?: string;
                    /** @description Marks as read what is listed; it is listed as it was before [default: false]. */
                    mark_read?: boolean;
                    /** @description Most notifications to list, 1 to 200 [default: 50]. */
                    limit?: number;
                    /** @description The last notification of the page before; the `Link` header holds it. */
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
                        "application/json": components["schemas"]["Notification"][];
                    };
                };
                /** @description invalid_id, invalid_limit, invalid_query */
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
        /** Notify a user: oneself, or with the role `service`, `moderator` or `admin` anybody. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewNotification"];
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Notification"];
                    };
                };
                /** @description malformed_json, invalid_id, invalid_notification */
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
                /** @description forbidden: somebody else */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description invalid_body */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description rate_limited */
                429: {
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
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/notifications/preferences": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the caller is told of: every kind there is. */
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
                        "application/json": components["schemas"]["Preference"][];
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
        /** Turn kinds on or off. Kinds that are not named stay as they are. What is there already stays too. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Preference"][];
                };
            };
            responses: {
                /** @description Every kind, as it is now */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Preference"][];
                    };
                };
                /** @description malformed_json */
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
                /** @description invalid_body: an unknown kind or field; invalid_preferences: a kind twice */
                422: {
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
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/notifications/unread-count": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How many of the caller's notifications are not read, and of what kinds. */
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
                        "application/json": components["schemas"]["UnreadCounts"];
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
    "/notifications/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A user's notifications, newest first. */
        get: {
            parameters: {
                query?: {
                    /** @description Only those that are not read [default: false]. */
                    unread_only?: boolean;
                    /** @description Most notifications to list, 1 to 200 [default: 50]. */
                    limit?: number;
                    /** @description The last notification of the page before; the `Link` header holds it. */
                    after?: string;
                };
                header?: never;
                path: {
                    /** @description Oneself */
                    id: string;
                };
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
                        "application/json": components["schemas"]["Notification"][];
                    };
                };
                /** @description invalid_id, invalid_limit, invalid_query */
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
                /** @description user_not_found: somebody else */
                404: {
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
        /** Delete a notification. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description One's own notification */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description invalid_id */
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
                /** @description notification_not_found: none, or somebody else's */
                404: {
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
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/notifications/{id}/read": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Mark one notification as read. */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description One's own notification */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Notification"];
                    };
                };
                /** @description invalid_id */
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
                /** @description notification_not_found: none, or somebody else's */
                404: {
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
        trace?: never;
    };
    "/notifications/{id}/read-all": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Mark all of a user's notifications as read. */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Oneself */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ReadAll"];
                    };
                };
                /** @description invalid_id */
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
                /** @description user_not_found: somebody else */
                404: {
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
        trace?: never;
    };
    "/notifications/{id}/unread-count": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How many of a user's notifications are not read. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Oneself */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["UnreadCount"];
                    };
                };
                /** @description invalid_id */
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
                /** @description user_not_found: somebody else */
                404: {
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
    "/ws/notifications": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A WebSocket that tells of new notifications.
         * @description It sends `{"type": "unread_count", "unread_count": 3}` at first and whenever the number changes, and
         *     `{"type": "notification", "kind": "comment.replied", "notification": {…}}` for each new one, and for each to which something
         *     was added: then it has the id of the one before. Of what its user may not see (any more) it says nothing.
         */
        get: {
            parameters: {
                query?: {
                    /** @description Whose notifications: oneself. Only needed with `AUTH=open`. */
                    user_id?: string;
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
                /** @description invalid_id, invalid_handshake */
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
                /** @description forbidden_origin; forbidden: somebody else */
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
        /** @description Somebody who did something. */
        Actor: {
            /** @description Whether the account is gone. */
            deleted: boolean;
            /** @description Their id. */
            user_id: string;
            /** @description Their name; `deleted` if they are gone. */
            username: string;
        };
        Health: {
            service: string;
            /** @description Open sockets of this replica. */
            sockets: number;
            /** @description `ok`, or `degraded` when the database does not answer. */
            status: string;
        };
        /**
         * @description What a notification is of. Those who post one may call it something else, which nobody can turn off.
         * @enum {string}
         */
        Kind: "mention" | "comment.replied" | "thread.commented" | "thread.liked" | "comment.liked" | "post" | "follow" | "message";
        /** @description A notification to post. */
        NewNotification: {
            /** @description At most 4000 characters. */
            body?: string;
            /**
             * @description What kind it is: 1 to 32 of A-Z a-z 0-9 _ . -
             * @default message
             */
            notif_type: string;
            /** @description The room it is about. */
            room_id?: string | null;
            /** @description One line of 1 to 200 characters. */
            title: string;
            /**
             * @description Whose it is.
             * @example ann
             */
            user_id: string;
        };
        /** @description Something that a user should know. */
        Notification: {
            /**
             * Format: int64
             * @description How many did it. What several do to one thing is one notification while it is unread.
             */
            actor_count: number;
            /** @description The name of the latest of them. */
            actor_name?: string | null;
            /** @description Who did it, the latest first: at most 3 of them. */
            actors: components["schemas"]["Actor"][];
            /** @description The text; may be empty. */
            body: string;
            /**
             * Format: uuid
             * @description The comment it is about.
             */
            comment_id?: string | null;
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /**
             * Format: uuid
             * @description Newer ones sort behind older ones.
             */
            id: string;
            /** @description Whether its user has read it. */
            is_read: boolean;
            /** @description The same. */
            kind: string;
            /**
             * @description What kind it is: `mention`, `comment.replied`, `thread.commented`, `thread.liked`, `comment.liked`, `post`,
             *     `follow`, `message`, or what its poster called it.
             */
            notif_type: string;
            /** @description The room it is about. */
            room_id?: string | null;
            /**
             * Format: uuid
             * @description The thread it is about.
             */
            thread_id?: string | null;
            /**
             * @description One line.
             * @example ann replied to your comment in “Bread without kneading”
             */
            title: string;
            /**
             * Format: date-time
             * @description When something was last added to it. The list is in this order.
             */
            updated_at: string;
            /** @description Where the web application shows what it is about. */
            url?: string | null;
            /** @description Whose it is. */
            user_id: string;
        };
        /** @description Whether a user is told of a kind. */
        Preference: {
            /** @description Whether they are told of it in the application. */
            in_app: boolean;
            /** @description The kind. */
            kind: components["schemas"]["Kind"];
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
        /** @description What marking everything as read came to. */
        ReadAll: {
            /**
             * Format: int64
             * @description How many were marked.
             */
            marked_read: number;
            /**
             * Format: int64
             * @description How many are not read now: what came meanwhile.
             */
            unread_count: number;
            /** @description The user. */
            user_id: string;
        };
        /** @description How many notifications a user has not read. */
        UnreadCount: {
            /**
             * Format: int64
             * @description How many.
             */
            unread_count: number;
            /** @description The user. */
            user_id: string;
        };
        /** @description How many notifications the caller has not read, and of what kinds. */
        UnreadCounts: {
            /** @description How many of each kind that there are any of. */
            kinds: {
                [key: string]: number;
            };
            /**
             * Format: int64
             * @description How many.
             */
            unread_count: number;
            /** @description The caller. */
            user_id: string;
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

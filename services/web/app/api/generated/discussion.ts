// Made by `npm run generate` from openapi/. Do not edit.

export interface paths {
    "/api/audit-log": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What moderators and admins did, newest first. Nothing in it is ever changed or deleted.
         * @description A moderator sees what was done to what they may read.
         */
        get: {
            parameters: {
                query?: {
                    /** @description Only what this user did. */
                    actor?: string;
                    /** @description Only what was done to this thread, comment, category, report or user, by id. */
                    target?: string;
                    /** @description Most entries of a page, 1 to 200; 50 unless told. */
                    limit?: number;
                    /** @description Only those older than this one; the `Link` header of a page has it. */
                    after?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A page of entries. */
                200: {
                    headers: {
                        /** @description The next page, if there is one. */
                        Link?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["LogEntry"][];
                    };
                };
                /** @description invalid_limit, invalid_cursor */
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
                /** @description forbidden: for moderators */
                403: {
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
    "/api/categories": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Categories that the caller may read, in their order. */
        get: {
            parameters: {
                query?: {
                    /** @description Most to list, 1 to 200 [default: 50]. */
                    limit?: number;
                    /** @description The last of the page before; the `Link` header holds it. */
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
                        "application/json": components["schemas"]["Category"][];
                    };
                };
                /** @description invalid_limit, invalid_cursor */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description unauthorized: reading is for members */
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
        /** Make a category: admins. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewCategory"];
                };
            };
            responses: {
                201: {
                    headers: {
                        /** @description the category */
                        Location?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Category"];
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
                /** @description forbidden: admins only */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description slug_taken */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description invalid_body, invalid_category */
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
    "/api/categories/{slug}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A category. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The category. */
                    slug: string;
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
                        "application/json": components["schemas"]["Category"];
                    };
                };
                /** @description unauthorized: reading is for members */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description category_not_found: none, or none for the caller */
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
        /** Change a category: admins. What is left out stays; a role that is null is needed no more. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The category. */
                    slug: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["CategoryEdit"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Category"];
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
                /** @description forbidden: admins only */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description category_not_found */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description slug_taken, default_category */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description invalid_body, invalid_category */
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
        post?: never;
        /** Delete a category that holds no thread: admins. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The category. */
                    slug: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Deleted. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
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
                /** @description forbidden: admins only */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description category_not_found */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description category_not_empty, default_category */
                409: {
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
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/categories/{slug}/feed.atom": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The newest threads of a category that everybody may read, as Atom. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The category. */
                    slug: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The document. */
                200: {
                    headers: {
                        ETag?: string;
                        "Last-Modified"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/atom+xml": string;
                    };
                };
                /** @description The caller has it. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description unauthorized: reading is for members */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description category_not_found: also one that needs a role, whoever asks */
                404: {
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
    "/api/categories/{slug}/feed.rss": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The newest threads of a category that everybody may read, as RSS. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The category. */
                    slug: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The document. */
                200: {
                    headers: {
                        ETag?: string;
                        "Last-Modified"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/rss+xml": string;
                    };
                };
                /** @description The caller has it. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description unauthorized: reading is for members */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description category_not_found: also one that needs a role, whoever asks */
                404: {
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
    "/api/comments/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A comment. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The comment. */
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
                        "application/json": components["schemas"]["Comment"];
                    };
                };
                /** @description unauthorized: reading is for members */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description comment_not_found: none, or none for the caller */
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
        /** Edit a comment: its author, or a moderator. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The comment. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["CommentEdit"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Comment"];
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
                /** @description forbidden: somebody else's; thread_locked */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description comment_not_found */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description thread_deleted, comment_deleted */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description invalid_body, too_complex */
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
        post?: never;
        /** Delete a comment: its author, or a moderator. What answers it stays, and a moderator may restore it. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The comment. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Deleted. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
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
                /** @description forbidden: somebody else's */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description comment_not_found */
                404: {
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
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/comments/{id}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a comment held before it was edited, the latest first: whoever may read it; moderators, once it is deleted. */
        get: {
            parameters: {
                query?: {
                    /** @description Most to list, 1 to 200 [default: 50]. */
                    limit?: number;
                    /** @description The last of the page before; the `Link` header holds it. */
                    after?: string;
                };
                header?: never;
                path: {
                    /** @description The comment. */
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
                        "application/json": components["schemas"]["Revision"][];
                    };
                };
                /** @description invalid_limit, invalid_cursor */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description unauthorized: reading is for members */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description forbidden: it is deleted */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description comment_not_found */
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
    "/api/comments/{id}/like": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Like a comment. Once is enough, and twice is once. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The comment. */
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
                        "application/json": components["schemas"]["LikeState"];
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
                /** @description thread_locked */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description comment_not_found */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description thread_deleted, comment_deleted */
                409: {
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
        post?: never;
        /** Take a like back from a comment. Once is enough, and twice is once. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The comment. */
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
                        "application/json": components["schemas"]["LikeState"];
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
                /** @description comment_not_found */
                404: {
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
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/comments/{id}/report": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Report a comment to the moderators.
         * @description One may have one open report of it.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The comment. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewReport"];
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Reported"];
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
                /** @description comment_not_found */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description already_reported, comment_deleted, thread_deleted */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description invalid_body, invalid_reason */
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
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/comments/{id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Restore a deleted comment. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The comment. */
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
                        "application/json": components["schemas"]["Comment"];
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
                /** @description forbidden: for moderators */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description comment_not_found */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description thread_deleted */
                409: {
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
    "/api/posts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Posts that the caller may read, newest first. */
        get: {
            parameters: {
                query?: {
                    /** @description Only those of this user, by id. */
                    author?: string;
                    /** @description Only those with this tag. */
                    tag?: string;
                    /** @description Most posts of a page, 1 to 200; 50 unless told. */
                    limit?: number;
                    /** @description Only those older than this one; the `Link` header of a page has it. */
                    after?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A page of posts. */
                200: {
                    headers: {
                        /** @description The next page, if there is one. */
                        Link?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Post"][];
                    };
                };
                /** @description invalid_query, invalid_limit, invalid_cursor */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description unauthorized: reading is for members */
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
        /** Write a post, as JSON or as a form with media. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewPost"];
                    "multipart/form-data": components["schemas"]["PostForm"];
                };
            };
            responses: {
                201: {
                    headers: {
                        /** @description the post */
                        Location?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Post"];
                    };
                };
                /** @description malformed_json, malformed_form, incomplete_body, too_many_files */
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
                /** @description forbidden: the category needs a role */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description category_not_found */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description upload_timeout */
                408: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description too_large */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description unsupported_media_type, unsupported_file */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description invalid_body, invalid_title, invalid_tags, too_complex */
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
    "/api/posts/comment/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Comment on a post, by its other address. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The post. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["PostComment"];
                };
            };
            responses: {
                201: {
                    headers: {
                        /** @description the comment */
                        Location?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Comment"];
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
                /** @description forbidden, thread_locked, blocked */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description thread_not_found, comment_not_found */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description thread_deleted, comment_deleted */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description invalid_body, too_complex */
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
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/posts/like/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Like a post. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The post. */
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
                        "application/json": components["schemas"]["LikeState"];
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
                /** @description thread_locked */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description thread_not_found */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description thread_deleted */
                409: {
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
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/posts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A post. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The post. */
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
                        "application/json": components["schemas"]["Post"];
                    };
                };
                /** @description unauthorized: reading is for members */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description thread_not_found */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        /** Edit a post: its author, or a moderator. What is left out stays. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The post. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["PostEdit"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Post"];
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
                /** @description forbidden: somebody else's; thread_locked */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description thread_not_found */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description thread_deleted */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description invalid_body, invalid_title, invalid_tags, too_complex */
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
            };
        };
        post?: never;
        /** Delete a post: its author, or a moderator. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The post. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Deleted. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
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
                /** @description forbidden: somebody else's */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description thread_not_found */
                404: {
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
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/posts/{id}/comments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Comment on a post. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The post. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["PostComment"];
                };
            };
            responses: {
                201: {
                    headers: {
                        /** @description the comment */
                        Location?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Comment"];
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
                /** @description forbidden, thread_locked, blocked */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description thread_not_found, comment_not_found */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description thread_deleted, comment_deleted */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description invalid_body, too_complex */
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
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/reports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The reports of what a moderator may read, newest first. */
        get: {
            parameters: {
                query?: {
                    /** @description `open` unless told, `resolved` or `dismissed`. */
                    status?: string;
                    /** @description Most reports of a page, 1 to 200; 50 unless told. */
                    limit?: number;
                    /** @description Only those older than this one; the `Link` header of a page has it. */
                    after?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A page of reports. */
                200: {
                    headers: {
                        /** @description The next page, if there is one. */
                        Link?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Report"][];
                    };
                };
                /** @description invalid_query, invalid_limit, invalid_cursor */
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
                /** @description forbidden: for moderators */
                403: {
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
    "/api/reports/{id}/resolve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resolve or dismiss a report, or delete what it is about.
         * @description `delete` resolves all open reports of the same thing with it.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The report. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Resolution"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Report"];
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
                /** @description forbidden: for moderators */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description report_not_found */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description already_resolved */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description invalid_body, invalid_reason */
                422: {
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
    "/api/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Search threads or comments, newest first.
         * @description Only what the caller may read is found. An excerpt is plain text; `marks` are its ranges that matched.
         */
        get: {
            parameters: {
                query: {
                    /** @description Words, `"phrases"` and `-words` that may not be there; at most 200 characters and 16 words. */
                    q: string;
                    /** @description `threads` (titles and texts), unless told, or `comments`. */
                    in?: string;
                    /** @description Only in this category, by its slug. */
                    category?: string;
                    /** @description Only in threads with this tag. */
                    tag?: string;
                    /** @description Only what this user wrote, by id. */
                    author?: string;
                    /** @description Most results of a page, 1 to 200; 50 unless told. */
                    limit?: number;
                    /** @description Only what is older than this one; the `Link` header of a page has it. */
                    after?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A page of results. */
                200: {
                    headers: {
                        /** @description The next page, if there is one. */
                        Link?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SearchResult"][];
                    };
                };
                /** @description invalid_search, invalid_query, invalid_limit, invalid_cursor */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description unauthorized: reading is for members */
                401: {
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
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tags": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The tags of the 2 000 newest threads that the caller may read, the most used first. */
        get: {
            parameters: {
                query?: {
                    /** @description Most tags to list, 1 to 200 [default: 50]. */
                    limit?: number;
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
                        "application/json": components["schemas"]["TagCount"][];
                    };
                };
                /** @description invalid_limit */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description unauthorized: reading is for members */
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
    "/api/threads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Threads that the caller may read. */
        get: {
            parameters: {
                query?: {
                    /** @description The slug of a category. */
                    category?: string;
                    /** @description A tag. */
                    tag?: string;
                    /** @description Who opened them: a user's id. */
                    author?: string;
                    /** @description `activity` (pinned ones first, then the latest activity) or `new` [default: activity]. */
                    sort?: string;
                    /** @description Only those in which the caller has not seen something of the last 30 days [default: false]. */
                    unread?: boolean;
                    /** @description Most threads to list, 1 to 200 [default: 50]. */
                    limit?: number;
                    /** @description The last thread of the page before; the `Link` header holds it. */
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
                        "application/json": components["schemas"]["ThreadSummary"][];
                    };
                };
                /** @description invalid_limit, invalid_query, invalid_cursor, invalid_id */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description unauthorized: `unread` without a token, or reading is for members */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description category_not_found */
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
        /** Open a thread: as JSON, or as a form with files. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewThread"];
                    "multipart/form-data": components["schemas"]["ThreadForm"];
                };
            };
            responses: {
                201: {
                    headers: {
                        /** @description the thread */
                        Location?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Thread"];
                    };
                };
                /** @description malformed_json, malformed_form, too_many_files */
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
                /** @description forbidden: the category needs a role */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description category_not_found */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description too_large */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description unsupported_media_type, unsupported_file */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description invalid_body, invalid_title, invalid_tags, too_complex */
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
    "/api/threads/feed.atom": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The newest threads that everybody may read, as Atom. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The document. */
                200: {
                    headers: {
                        ETag?: string;
                        "Last-Modified"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/atom+xml": string;
                    };
                };
                /** @description The caller has it. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description unauthorized: reading is for members */
                401: {
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
    "/api/threads/feed.rss": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The newest threads that everybody may read, as RSS. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The document. */
                200: {
                    headers: {
                        ETag?: string;
                        "Last-Modified"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/rss+xml": string;
                    };
                };
                /** @description The caller has it. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description unauthorized: reading is for members */
                401: {
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
    "/api/threads/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A thread. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The thread. */
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
                        "application/json": components["schemas"]["Thread"];
                    };
                };
                /** @description unauthorized: reading is for members */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description thread_not_found: none, deleted, or none for the caller */
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
        /** Edit a thread: its author, or a moderator. What is left out stays. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The thread. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ThreadEdit"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Thread"];
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
                /** @description forbidden: somebody else's; thread_locked */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description thread_not_found */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description thread_deleted */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description invalid_body, invalid_title, invalid_tags, too_complex */
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
        post?: never;
        /** Delete a thread: its author, or a moderator. A moderator may restore it. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The thread. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Deleted. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
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
                /** @description forbidden: somebody else's */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description thread_not_found */
                404: {
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
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/threads/{id}/attachments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Add files to a thread: its author, or a moderator.
         * @description What a file is, is found from its bytes. All of a request are stored, or none.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The thread. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "multipart/form-data": components["schemas"]["Files"];
                };
            };
            responses: {
                /** @description All files of the thread. */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Attachment"][];
                    };
                };
                /** @description malformed_form, incomplete_body, too_many_files, missing_file */
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
                /** @description forbidden: somebody else's; thread_locked */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description thread_not_found */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description upload_timeout */
                408: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description thread_deleted */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description too_large */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description unsupported_media_type, unsupported_file */
                415: {
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
    "/api/threads/{id}/attachments/{attachment_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A file of a thread, for those who may read the thread.
         * @description One range of bytes can be asked for. The type is one of a fixed list, never what the uploader said; all but plain
         *     pictures are attachments.
         */
        get: {
            parameters: {
                query?: never;
                header?: {
                    /** @description One range of bytes. */
                    Range?: string | null;
                    /** @description The ETag for which the range counts. */
                    "If-Range"?: string | null;
                    /** @description ETags that the caller has. */
                    "If-None-Match"?: string | null;
                };
                path: {
                    /** @description The thread. */
                    id: string;
                    /** @description The file. */
                    attachment_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The whole file. */
                200: {
                    headers: {
                        "Accept-Ranges"?: string;
                        "Content-Disposition"?: string;
                        ETag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/octet-stream": unknown;
                    };
                };
                /** @description The range. */
                206: {
                    headers: {
                        "Content-Range"?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/octet-stream": unknown;
                    };
                };
                /** @description The caller has it. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description unauthorized: reading is for members */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description thread_not_found, attachment_not_found, object_not_found */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description invalid_range */
                416: {
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
        /** Delete a file of a thread: its author, or a moderator. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The thread. */
                    id: string;
                    /** @description The file. */
                    attachment_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Deleted, with its content. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
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
                /** @description forbidden: somebody else's */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description thread_not_found, attachment_not_found */
                404: {
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
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/threads/{id}/comments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Comments of a thread. Deleted ones are among them, without their texts. */
        get: {
            parameters: {
                query?: {
                    /** @description Only this comment and what is below it. */
                    root?: string;
                    /** @description `tree` (depth first, the oldest first) or `new` (the newest first, without `root`) [default: tree]. */
                    sort?: string;
                    /** @description Most comments to list, 1 to 200 [default: 50]. */
                    limit?: number;
                    /** @description The last comment of the page before; the `Link` header holds it. */
                    after?: string;
                };
                header?: never;
                path: {
                    /** @description The thread. */
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
                        "application/json": components["schemas"]["Comment"][];
                    };
                };
                /** @description invalid_limit, invalid_query, invalid_cursor */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description unauthorized: reading is for members */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description thread_not_found, comment_not_found */
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
        /** Write a comment. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The thread. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewComment"];
                };
            };
            responses: {
                201: {
                    headers: {
                        /** @description the comment */
                        Location?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Comment"];
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
                /** @description forbidden: the category needs a role; thread_locked; blocked */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description thread_not_found */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description thread_deleted; comment_deleted: what it answers */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description invalid_body, invalid_parent, too_complex */
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
    "/api/threads/{id}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a thread held before it was edited, the latest first: whoever may read the thread. */
        get: {
            parameters: {
                query?: {
                    /** @description Most to list, 1 to 200 [default: 50]. */
                    limit?: number;
                    /** @description The last of the page before; the `Link` header holds it. */
                    after?: string;
                };
                header?: never;
                path: {
                    /** @description The thread. */
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
                        "application/json": components["schemas"]["Revision"][];
                    };
                };
                /** @description invalid_limit, invalid_cursor */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description unauthorized: reading is for members */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description thread_not_found */
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
    "/api/threads/{id}/like": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Like a thread. Once is enough, and twice is once. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The thread. */
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
                        "application/json": components["schemas"]["LikeState"];
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
                /** @description thread_locked */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description thread_not_found */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description thread_deleted */
                409: {
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
        post?: never;
        /** Take a like back from a thread. Once is enough, and twice is once. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The thread. */
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
                        "application/json": components["schemas"]["LikeState"];
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
                /** @description thread_not_found */
                404: {
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
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/threads/{id}/lock": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Lock a thread: nothing new comes in but from moderators. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The thread. */
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
                        "application/json": components["schemas"]["Thread"];
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
                /** @description forbidden: for moderators */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description thread_not_found */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description thread_deleted */
                409: {
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
        /** Unlock a thread. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The thread. */
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
                        "application/json": components["schemas"]["Thread"];
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
                /** @description forbidden: for moderators */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description thread_not_found */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description thread_deleted */
                409: {
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
    "/api/threads/{id}/move": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Move a thread to another category, which the moderator sees and may write in.
         * @description Who may read it changes with it, at once and everywhere.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The thread. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Destination"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Thread"];
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
                /** @description forbidden: for moderators, or not to this category */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description thread_not_found, category_not_found */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description thread_deleted */
                409: {
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
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/threads/{id}/pin": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Pin a thread: it stands before the others. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The thread. */
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
                        "application/json": components["schemas"]["Thread"];
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
                /** @description forbidden: for moderators */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description thread_not_found */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description thread_deleted */
                409: {
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
        /** Unpin a thread. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The thread. */
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
                        "application/json": components["schemas"]["Thread"];
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
                /** @description forbidden: for moderators */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description thread_not_found */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description thread_deleted */
                409: {
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
    "/api/threads/{id}/read": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Say how far one has read a thread. An earlier comment than before changes nothing. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The thread. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: {
                content: {
                    "application/json": components["schemas"]["MarkRead"] | null;
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ReadPosition"];
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
                /** @description thread_not_found */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description invalid_body, invalid_comment */
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
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/threads/{id}/report": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Report a thread to the moderators.
         * @description One may have one open report of it.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The thread. */
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewReport"];
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Reported"];
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
                /** @description thread_not_found */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description already_reported, thread_deleted */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description invalid_body, invalid_reason */
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
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/threads/{id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Restore a deleted thread. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description The thread. */
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
                        "application/json": components["schemas"]["Thread"];
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
                /** @description forbidden: for moderators */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description thread_not_found */
                404: {
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
    "/ws/threads/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A WebSocket that tells what happens in a thread.
         * @description It sends `{"type": "joined", "thread_id": …}` when it is ready, and then `thread.updated`, `thread.deleted`,
         *     `comment.created`, `comment.updated`, `comment.deleted`, `thread.like.updated` and `comment.like.updated`. When another
         *     role is needed to read the thread, it closes with 3009 for those who have it, who connect again, and with 3503 for
         *     the others.
         */
        get: {
            parameters: {
                query?: {
                    /** @description The access token, where the subprotocol `access_token` cannot be used. */
                    token?: string;
                };
                header?: never;
                path: {
                    /** @description The thread. */
                    id: string;
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
                    content: {
                        "application/json": components["schemas"]["Change"];
                    };
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
                /** @description unauthorized: reading is for members */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description forbidden_origin, banned */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description thread_not_found */
                404: {
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
        /**
         * @description What is to become of a report.
         * @enum {string}
         */
        Action: "dismiss" | "delete" | "resolve";
        /** @description Who did something. */
        Actor: {
            /** @description The account; `shell` for what was done there. */
            user_id: string;
            /** @description Its name then. */
            username: string;
        };
        /** @description A file in a thread. */
        Attachment: {
            /** @description Its type, as its content tells. */
            content_type: string;
            /** @description Its name as its owner gave it. */
            filename: string;
            /**
             * Format: uuid
             * @description Its id.
             */
            id: string;
            /**
             * Format: int64
             * @description In bytes.
             */
            size: number;
            /** @description Where it is. */
            url: string;
        };
        /** @description Who wrote something. */
        Author: {
            /** @description Where their picture is, if they have one. */
            avatar_url?: string | null;
            /** @description Whether the account is gone. */
            deleted: boolean;
            /** @description The account. */
            user_id: string;
            /** @description Its name; `deleted` if it is gone. */
            username: string;
        };
        /** @description Where threads are. */
        Category: {
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /** @description What belongs there. */
            description: string;
            /**
             * Format: uuid
             * @description Its id.
             */
            id: string;
            /** @description Whether the caller may write in it. */
            may_post: boolean;
            /** @description Its name for people. */
            name: string;
            /**
             * Format: int32
             * @description Its place among the categories: the lowest comes first.
             */
            position: number;
            /** @description The role that one needs to write in it; null for every member. */
            post_role?: string | null;
            /** @description The role that one needs to read it; null for everybody. */
            read_role?: string | null;
            /** @description Its name in addresses. */
            slug: string;
        };
        /** @description What is to change in a category; what is left out stays. */
        CategoryEdit: {
            /** @description At most 1000 characters. */
            description?: string | null;
            /** @description 1 to 100 characters. */
            name?: string | null;
            /**
             * Format: int32
             * @description Its place among the categories: the lowest comes first.
             */
            position?: number | null;
            /** @description The role that one needs to write in it; null for every member. */
            post_role?: string | null;
            /** @description The role that one needs to read it; null for everybody. */
            read_role?: string | null;
            /** @description 1 to 50 of a-z 0-9 -. */
            slug?: string | null;
        };
        /** @description The category of a thread. */
        CategoryRef: {
            /**
             * Format: uuid
             * @description Its id.
             */
            id: string;
            /** @description Its name for people. */
            name: string;
            /** @description Its name in addresses. */
            slug: string;
        };
        /** @description Something changed in a thread: a frame of `/ws/threads/{id}`. `liked` and `unread_count` in it are nobody's. */
        Change: {
            /** @description As it is now. */
            thread: components["schemas"]["Thread"];
            /** @enum {string} */
            type: "thread.updated";
        } | {
            /**
             * Format: uuid
             * @description Which.
             */
            thread_id: string;
            /** @enum {string} */
            type: "thread.deleted";
        } | {
            /** @description The comment. */
            comment: components["schemas"]["Comment"];
            /** @enum {string} */
            type: "comment.created";
        } | {
            /** @description As it is now. */
            comment: components["schemas"]["Comment"];
            /** @enum {string} */
            type: "comment.updated";
        } | {
            /**
             * Format: uuid
             * @description Which.
             */
            comment_id: string;
            /**
             * Format: uuid
             * @description Its thread.
             */
            thread_id: string;
            /** @enum {string} */
            type: "comment.deleted";
        } | {
            /**
             * Format: int64
             * @description How many do now.
             */
            like_count: number;
            /**
             * Format: uuid
             * @description Which.
             */
            thread_id: string;
            /** @enum {string} */
            type: "thread.like.updated";
        } | {
            /**
             * Format: uuid
             * @description Which.
             */
            comment_id: string;
            /**
             * Format: int64
             * @description How many do now.
             */
            like_count: number;
            /**
             * Format: uuid
             * @description Its thread.
             */
            thread_id: string;
            /** @enum {string} */
            type: "comment.like.updated";
        };
        /** @description A comment. */
        Comment: {
            /** @description Who wrote it. */
            author: components["schemas"]["Author"];
            /** @description Its text, Markdown; null if it was deleted. */
            body?: string | null;
            /** @description Its text as HTML that is safe to show; null if it was deleted. */
            body_html?: string | null;
            /**
             * Format: date-time
             * @description When it was written.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When it was deleted. It keeps its place, so that what answers it does.
             */
            deleted_at?: string | null;
            /**
             * Format: int32
             * @description How deep it stands, 0 to 199. Answers that go deeper stand at 199, with their true `parent_id`.
             */
            depth: number;
            /**
             * Format: date-time
             * @description When its text was changed last.
             */
            edited_at?: string | null;
            /**
             * Format: uuid
             * @description Its id; `UUIDv7`.
             */
            id: string;
            /**
             * Format: int64
             * @description How many like it.
             */
            like_count: number;
            /** @description Whether the caller does. */
            liked: boolean;
            /**
             * Format: uuid
             * @description The comment that it answers; null if it answers the thread.
             */
            parent_id?: string | null;
            /**
             * Format: uuid
             * @description Its thread.
             */
            thread_id: string;
        };
        /** @description Another text for a comment. */
        CommentEdit: {
            /** @description Markdown, 1 to 40 000 characters. */
            body: string;
        };
        /** @description Where a thread is to go. */
        Destination: {
            /**
             * @description The slug of the category.
             * @example general
             */
            category: string;
        };
        /** @description Files for a thread. */
        Files: {
            /** @description At most 10 in a thread, each of 10 MiB: pictures, video, sound, text, PDF, ZIP. */
            files: string[];
        };
        Health: {
            service: string;
            /** @description Open sockets of this replica. */
            sockets: number;
            /** @description `ok`, or `degraded` when the database does not answer. */
            status: string;
        };
        /** @description Whether the caller likes something, and how many do. */
        LikeState: {
            /**
             * Format: int64
             * @description How many do.
             */
            like_count: number;
            /** @description Whether the caller does. */
            liked: boolean;
        };
        /** @description Something that a moderator or admin did. */
        LogEntry: {
            /**
             * @description What, for example `thread.locked` or `user.banned`.
             * @example thread.locked
             */
            action: string;
            /** @description Who. */
            actor: components["schemas"]["Actor"];
            /**
             * Format: date-time
             * @description When.
             */
            created_at: string;
            /** @description What it was before, the reason. */
            detail: Record<string, never>;
            /**
             * Format: uuid
             * @description Its id; `UUIDv7`.
             */
            id: string;
            /** @description To which. */
            target_id: string;
            /**
             * @description `thread`, `comment`, `category`, `report` or `user`.
             * @example thread
             */
            target_type: string;
        };
        /** @description A range of a text, counted in UTF-16 code units, as JavaScript counts. */
        Mark: {
            /** @description Where it ends; not part of it. */
            end: number;
            /** @description Where it begins. */
            start: number;
        };
        /** @description What was said to be read. */
        MarkRead: {
            /**
             * Format: uuid
             * @description The newest comment that was seen; all of them if it is left out.
             */
            comment_id?: string | null;
        };
        /** @description A category to make. */
        NewCategory: {
            /** @description At most 1000 characters. */
            description?: string;
            /** @description 1 to 100 characters. */
            name: string;
            /**
             * Format: int32
             * @description Its place among the categories: the lowest comes first.
             */
            position?: number;
            /** @description The role that one needs to write in it; every member may if it is left out. */
            post_role?: string | null;
            /** @description The role that one needs to read it; everybody may if it is left out. */
            read_role?: string | null;
            /** @description 1 to 50 of a-z 0-9 -. */
            slug: string;
        };
        /** @description A comment to write. */
        NewComment: {
            /** @description Markdown, 1 to 40 000 characters. */
            body: string;
            /**
             * Format: uuid
             * @description The comment that it answers, in the same thread; the thread itself if it is left out.
             */
            parent_id?: string | null;
        };
        /** @description A post to write. */
        NewPost: {
            /** @description The slug of its category; `general` if it is left out. */
            category?: string | null;
            /** @description Markdown, at most 40 000 characters. */
            content: string;
            /** @description At most 5, each 1 to 32 of a-z 0-9 -. */
            tags?: string[];
            /** @description 1 to 200 characters; the first line of the content if it is left out. */
            title?: string | null;
        };
        /** @description Why something is reported. */
        NewReport: {
            /**
             * @description 1 to 1000 characters.
             * @example This is an advertisement.
             */
            reason: string;
        };
        /** @description A thread to open. */
        NewThread: {
            /** @description Markdown, at most 40 000 characters; not empty unless there are files. */
            body: string;
            /** @description The slug of its category; `general` if it is left out. */
            category?: string | null;
            /** @description At most 5, each 1 to 32 of a-z 0-9 -. */
            tags?: string[];
            /** @description 1 to 200 characters. */
            title: string;
        };
        /** @description A post: a thread by other names. */
        Post: {
            /** @description Who wrote it. */
            author: components["schemas"]["Author"];
            /** @description Their id. */
            author_id: string;
            /**
             * Format: int64
             * @description How many comments there are.
             */
            comment_count: number;
            /** @description Its text, Markdown. */
            content: string;
            /** @description Its text as HTML that is safe to show. */
            content_html: string;
            /**
             * Format: date-time
             * @description When it was written.
             */
            created_at: string;
            /**
             * Format: uuid
             * @description Its id, which is the thread's.
             */
            id: string;
            /**
             * Format: int64
             * @description How many like it.
             */
            like_count: number;
            /** @description Its files. */
            media: components["schemas"]["Attachment"][];
            /** @description Its tags, sorted. */
            tags: string[];
            /** @description Its title, one line. */
            title: string;
            /**
             * Format: date-time
             * @description When its text was changed last, or when it was written.
             */
            updated_at: string;
            /** @description Their name. */
            username: string;
        };
        /** @description A comment on a post. */
        PostComment: {
            /** @description Markdown, 1 to 40 000 characters. */
            content: string;
            /**
             * Format: uuid
             * @description The comment that it answers, if it answers one.
             */
            parent_id?: string | null;
        };
        /** @description What is to change in a post; what is left out stays. */
        PostEdit: {
            /** @description Markdown, at most 40 000 characters. */
            content?: string | null;
            /** @description At most 5, each 1 to 32 of a-z 0-9 -; in place of all that there were. */
            tags?: string[] | null;
            /** @description 1 to 200 characters. */
            title?: string | null;
        };
        /** @description A post as a form. */
        PostForm: {
            /** @description The slug of its category; `general` if it is left out. */
            category?: string | null;
            /** @description Markdown, at most 40 000 characters; may be left out if there are media. */
            content?: string | null;
            /** @description At most 10 files of 10 MiB each. */
            media?: string[] | null;
            /** @description Once for each tag, or with commas between them. */
            tags?: string | null;
            /** @description 1 to 200 characters; the first line of the content if it is left out. */
            title?: string | null;
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
        /** @description How far the caller has read a thread. */
        ReadPosition: {
            /**
             * Format: uuid
             * @description The newest comment that they have seen; null when there was none.
             */
            comment_id?: string | null;
            /**
             * Format: date-time
             * @description When.
             */
            read_at: string;
            /**
             * Format: int64
             * @description Comments of others that are newer; it is not counted beyond 100.
             */
            unread_count: number;
        };
        /** @description A report as moderators see it. */
        Report: {
            /** @description Who wrote it. */
            author: components["schemas"]["Author"];
            /** @description Where it is. */
            category: components["schemas"]["CategoryRef"];
            /**
             * Format: uuid
             * @description The comment, if it is about one.
             */
            comment_id?: string | null;
            /**
             * Format: date-time
             * @description When it was reported.
             */
            created_at: string;
            /** @description The beginning of what was reported, plain. */
            excerpt: string;
            /**
             * Format: uuid
             * @description Its id; `UUIDv7`.
             */
            id: string;
            /** @description Whether that was deleted since. */
            is_deleted: boolean;
            /** @description Why. */
            reason: string;
            /** @description Who reported it. */
            reporter: components["schemas"]["Author"];
            /** @description What they had to say. */
            resolution?: string | null;
            /**
             * Format: date-time
             * @description When.
             */
            resolved_at?: string | null;
            /** @description Who resolved or dismissed it. */
            resolved_by?: string | null;
            /**
             * @description `open`, `resolved` or `dismissed`.
             * @example open
             */
            status: string;
            /**
             * Format: uuid
             * @description The thread, or that of the comment.
             */
            thread_id: string;
            /** @description Its title. */
            title: string;
        };
        /** @description A report as its reporter sees it. */
        Reported: {
            /**
             * Format: uuid
             * @description The comment, if it is about one.
             */
            comment_id?: string | null;
            /**
             * Format: date-time
             * @description When.
             */
            created_at: string;
            /**
             * Format: uuid
             * @description Its id.
             */
            id: string;
            /** @description Why. */
            reason: string;
            /**
             * @description `open`.
             * @example open
             */
            status: string;
            /**
             * Format: uuid
             * @description The thread, or that of the comment.
             */
            thread_id: string;
        };
        /** @description The end of a report. */
        Resolution: {
            /** @description What is to become of it. */
            action: components["schemas"]["Action"];
            /** @description At most 1000 characters. */
            note?: string | null;
        };
        /** @description A text that was replaced. */
        Revision: {
            /** @description The Markdown. */
            body: string;
            /**
             * Format: date-time
             * @description When it was replaced.
             */
            edited_at: string;
            /** @description Who replaced it. */
            edited_by: components["schemas"]["Author"];
            /**
             * Format: uuid
             * @description Its id.
             */
            id: string;
            /** @description The title, of a thread. */
            title?: string | null;
        };
        /** @description Something that was found. */
        SearchResult: components["schemas"]["Snippet"] & {
            /** @description Who wrote it. */
            author: components["schemas"]["Author"];
            /** @description Where it is. */
            category: components["schemas"]["CategoryRef"];
            /**
             * Format: uuid
             * @description The comment, if it is one.
             */
            comment_id?: string | null;
            /**
             * Format: date-time
             * @description When.
             */
            created_at: string;
            /**
             * Format: uuid
             * @description The thread.
             */
            thread_id: string;
            /** @description The thread's title. */
            title: string;
            /**
             * @description `thread` or `comment`.
             * @example thread
             */
            type: string;
        };
        /** @description A part of a text. */
        Snippet: {
            /**
             * @description Where something was found, plain text.
             * @example … how to hang an oak door …
             */
            excerpt: string;
            /** @description What was looked for in the excerpt. */
            marks: components["schemas"]["Mark"][];
        };
        /** @description How often a tag is used in what the caller may read. */
        TagCount: {
            /** @description The tag. */
            tag: string;
            /**
             * Format: int64
             * @description In how many threads.
             */
            thread_count: number;
        };
        /** @description A thread. */
        Thread: {
            /** @description Its files, in the order in which they were given. */
            attachments: components["schemas"]["Attachment"][];
            /** @description Who opened it. */
            author: components["schemas"]["Author"];
            /** @description Its text, Markdown. */
            body: string;
            /** @description Its text as HTML that is safe to show. */
            body_html: string;
            /** @description Where it is. */
            category: components["schemas"]["CategoryRef"];
            /**
             * Format: int64
             * @description How many comments there are.
             */
            comment_count: number;
            /**
             * Format: date-time
             * @description When it was opened.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When it was deleted; for moderators, as others do not see it then.
             */
            deleted_at?: string | null;
            /**
             * Format: date-time
             * @description When its text was changed last.
             */
            edited_at?: string | null;
            /**
             * Format: uuid
             * @description Its id; `UUIDv7`.
             */
            id: string;
            /** @description Whether nothing new comes in. */
            is_locked: boolean;
            /** @description Whether it stands before the others. */
            is_pinned: boolean;
            /**
             * Format: date-time
             * @description When the last comment came, or when it was opened.
             */
            last_activity_at: string;
            /**
             * Format: int64
             * @description How many like it.
             */
            like_count: number;
            /** @description Whether the caller does. */
            liked: boolean;
            /** @description Its tags, sorted. */
            tags: string[];
            /** @description Its title, one line. */
            title: string;
            /**
             * Format: int64
             * @description Comments of others that the caller has not seen, not counted beyond 100; null for nobody in particular.
             */
            unread_count?: number | null;
        };
        /** @description What is to change in a thread; what is left out stays. */
        ThreadEdit: {
            /** @description Markdown, at most 40 000 characters. */
            body?: string | null;
            /** @description At most 5, each 1 to 32 of a-z 0-9 -; in place of all that there were. */
            tags?: string[] | null;
            /** @description 1 to 200 characters. */
            title?: string | null;
        };
        /** @description A thread to open, as a form with files. */
        ThreadForm: {
            /** @description Markdown, at most 40 000 characters; may be empty or left out where there are files. */
            body?: string | null;
            /** @description The slug of its category; `general` if it is left out. */
            category?: string | null;
            /** @description At most 10, each of 10 MiB: pictures, video, sound, text, PDF, ZIP. */
            files: string[];
            /** @description Repeated, or between commas. */
            tags?: string[] | null;
            /** @description 1 to 200 characters. */
            title: string;
        };
        /** @description A thread in a list. */
        ThreadSummary: {
            /** @description Its files, in the order in which they were given. */
            attachments: components["schemas"]["Attachment"][];
            /** @description Who opened it. */
            author: components["schemas"]["Author"];
            /** @description Where it is. */
            category: components["schemas"]["CategoryRef"];
            /**
             * Format: int64
             * @description How many comments there are.
             */
            comment_count: number;
            /**
             * Format: date-time
             * @description When it was opened.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description Always null: lists hold no deleted threads.
             */
            deleted_at?: string | null;
            /**
             * Format: date-time
             * @description When its text was changed last.
             */
            edited_at?: string | null;
            /** @description The beginning of its text, plain. */
            excerpt: string;
            /**
             * Format: uuid
             * @description Its id; `UUIDv7`.
             */
            id: string;
            /** @description Whether nothing new comes in. */
            is_locked: boolean;
            /** @description Whether it stands before the others. */
            is_pinned: boolean;
            /**
             * Format: date-time
             * @description When the last comment came, or when it was opened.
             */
            last_activity_at: string;
            /**
             * Format: int64
             * @description How many like it.
             */
            like_count: number;
            /** @description Whether the caller does. */
            liked: boolean;
            /** @description Its tags, sorted. */
            tags: string[];
            /** @description Its title, one line. */
            title: string;
            /**
             * Format: int64
             * @description Comments of others that the caller has not seen, not counted beyond 100; null for nobody in particular.
             */
            unread_count?: number | null;
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

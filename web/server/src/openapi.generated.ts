/** Types of the scheduler's API, from its /openapi.json. Written by `make types`: change nothing here. */
export interface paths {
    "/v1/application": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the application says of itself. */
        get: operations["get_application"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Changes what the body names; its pages may ask at once. */
        patch: operations["patch_application"];
        trace?: never;
    };
    "/v1/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who was told what, by which channel, newest first. */
        get: operations["get_deliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deliveries/{id}/redeliver": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sends a delivery again: to an endpoint one that is over, to a person one that was given up and is of use still. */
        post: operations["post_deliveries_id_redeliver"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/matches": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Matches two people of an application. */
        post: operations["post_matches"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/questions/random": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Something to talk about. */
        get: operations["get_questions_random"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rooms": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The application's groups, or those that a person is in, the newest first. */
        get: operations["get_rooms"];
        put?: never;
        /** Makes a group: an application of its people, a person of those whom they are matched with. */
        post: operations["post_rooms"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rooms/ticket": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A ticket for the chat. */
        post: operations["post_rooms_ticket"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rooms/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A group, with everybody in it. */
        get: operations["get_rooms_id"];
        put?: never;
        post?: never;
        /** Closes a group: its room takes no more messages. */
        delete: operations["delete_rooms_id"];
        options?: never;
        head?: never;
        /** Names a group. */
        patch: operations["patch_rooms_id"];
        trace?: never;
    };
    "/v1/rooms/{id}/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Puts people into a group. */
        post: operations["post_rooms_id_members"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rooms/{id}/members/{user_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Takes somebody out of a group, or leaves it. */
        delete: operations["delete_rooms_id_members_user_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The application's sessions, or a person's, by their start. */
        get: operations["get_sessions"];
        put?: never;
        /** Books a session of two people. */
        post: operations["post_sessions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A session, who came when, and its outcome. */
        get: operations["get_sessions_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Moves or changes a session that is not live. */
        patch: operations["patch_sessions_id"];
        trace?: never;
    };
    "/v1/sessions/{id}/calendar.ics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A session for a calendar: an invitation, or what calls it off. */
        get: operations["get_sessions_id_calendar_ics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Calls a session off. */
        post: operations["post_sessions_id_cancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/{id}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who was told what of a session, by which channel, newest first. */
        get: operations["get_sessions_id_deliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/{id}/participants/{user_id}/renew-link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Replaces a person's join link; the old one, and access that came from it, are void at once. */
        post: operations["post_sessions_id_participants_user_id_renew_link"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/{id}/ticket": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A ticket for the call. */
        post: operations["post_sessions_id_ticket"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/{id}/timeline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What happened to a session, in the order in which it happened. */
        get: operations["get_sessions_id_timeline"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The application's endpoints, the oldest first. */
        get: operations["get_webhooks"];
        put?: never;
        /** Adds an endpoint that is told of events. */
        post: operations["post_webhooks"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One endpoint. */
        get: operations["get_webhooks_id"];
        put?: never;
        post?: never;
        /** Deletes an endpoint; what was still to be sent to it is given up. */
        delete: operations["delete_webhooks_id"];
        options?: never;
        head?: never;
        /** Changes what the body names; enabled again it begins anew. */
        patch: operations["patch_webhooks_id"];
        trace?: never;
    };
    "/v1/webhooks/{id}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was sent to an endpoint or a listener, the newest first. */
        get: operations["get_webhooks_id_deliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Gives an endpoint another secret; the old one signs beside it for a day. */
        post: operations["post_webhooks_id_rotate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sends a `webhook.test`. */
        post: operations["post_webhooks_id_test"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export interface webhooks {
    "match.created": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Two people were matched. */
        post: operations["webhook_match_created"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "match.ended": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A match is over. */
        post: operations["webhook_match_ended"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "message.unread": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A message that nobody was there to take. */
        post: operations["webhook_message_unread"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "room.changed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A room has other members, or another name. */
        post: operations["webhook_room_changed"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "room.closed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A room takes no more messages. */
        post: operations["webhook_room_closed"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "room.opened": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A room is there, for these members. */
        post: operations["webhook_room_opened"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "session.cancelled": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A booked session was called off. */
        post: operations["webhook_session_cancelled"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "session.ended": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** It is over. */
        post: operations["webhook_session_ended"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "session.extended": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The deadline moved. */
        post: operations["webhook_session_extended"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "session.feedback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** One of the two said how it was; the words are read of the session. */
        post: operations["webhook_session_feedback"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "session.joined": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** One came in. */
        post: operations["webhook_session_joined"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "session.left": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A participant left for good. */
        post: operations["webhook_session_left"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "session.live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The clock started. */
        post: operations["webhook_session_live"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "session.no_show": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Somebody never came. */
        post: operations["webhook_session_no_show"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "session.opened": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The lobby opened. */
        post: operations["webhook_session_opened"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "session.reminded": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A reminder went out. */
        post: operations["webhook_session_reminded"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "session.rescheduled": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A booked session was moved or changed. */
        post: operations["webhook_session_rescheduled"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "session.scheduled": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A session was booked. */
        post: operations["webhook_session_scheduled"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "user.kicked": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** One was removed by an operator. */
        post: operations["webhook_user_kicked"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "webhook.test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** An endpoint was tried. */
        post: operations["webhook_webhook_test"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export interface components {
    schemas: {
        /** @description Body of `POST /v1/rooms/{id}/members`. */
        AddMembers: {
            /** @description 1 to 500, named as when the room is made; whoever is in it already stays as they are. */
            participants: components["schemas"]["BookParticipant"][];
        };
        /** @description An application, as `GET /v1/application` shows it to its own key. */
        ApplicationView: {
            /** @description Pages of these origins may embed a session. */
            allowed_embedders: string[];
            /** @description Pages of these origins may ask the services. */
            allowed_origins: string[];
            /** @description How its people are told. */
            channels: components["schemas"]["NotificationChannel"][];
            /** @description Its own id, which stays: what its key was made for. */
            id: string;
            /** @description What people are shown. */
            name: string;
            /** @description Where answers to its mails go. */
            reply_to?: string | null;
            /** @description Where people go after a session. */
            return_url?: string | null;
            /** @description In whose name its mails come. */
            sender_name?: string | null;
            /** @description The texts of its mails. */
            templates?: {
                [key: string]: unknown;
            } | null;
            /** @description How its pages look. */
            theme?: {
                [key: string]: unknown;
            } | null;
        };
        /** @description One of the two: known by `user_id`, or by the application's own `external_id` with a name. */
        BookParticipant: {
            /** @description Where reminders may go. */
            email?: string | null;
            /** @description The application's own id of the person; the same one is the same person. */
            external_id?: string | null;
            /** @description BCP 47 language tag. */
            locale?: string | null;
            /** @description What the other one is shown. */
            name?: string | null;
            /** @description IANA time zone. */
            time_zone?: string | null;
            /** @description A person that the scheduler knows. */
            user_id?: components["schemas"]["UserId"] | null;
        };
        /** @description Body of `POST /v1/sessions`. What is absent has the default of `docs/PROTOCOL.md`. */
        BookSession: {
            /**
             * @description Whether one of the two may have another session at that time; if not, such a booking is refused with `busy`.
             *     `true` unless said otherwise.
             */
            allow_overlap?: boolean | null;
            /**
             * Format: int64
             * @description How long after the start an empty seat becomes a no-show, in milliseconds.
             */
            closes_after_ms?: number | null;
            /** Format: int64 */
            connect_ms?: number | null;
            /** Format: int64 */
            countdown_ms?: number | null;
            duplicate?: components["schemas"]["DuplicatePolicy"] | null;
            /** Format: int64 */
            duration_ms?: number | null;
            /** Format: int64 */
            extension_ms?: number | null;
            hard_end_at?: components["schemas"]["UnixMs"] | null;
            ice?: components["schemas"]["IcePolicy"] | null;
            /**
             * Format: int64
             * @description How long before the start the lobby opens, in milliseconds.
             */
            lobby_ms?: number | null;
            /** Format: uint32 */
            max_extensions?: number | null;
            /** Format: int64 */
            max_pause_ms?: number | null;
            media?: components["schemas"]["MediaBackend"] | null;
            /** @description The application's own; kept and given back. */
            metadata?: {
                [key: string]: unknown;
            } | null;
            on_loss?: components["schemas"]["OnLoss"] | null;
            /** @description The participants, exactly two. */
            participants: components["schemas"]["BookParticipant"][];
            /** @description When to remind, each in milliseconds before the start. */
            remind_before_ms?: number[] | null;
            /** @description Either this, or `starts_at_local`. */
            starts_at?: components["schemas"]["UnixMs"] | null;
            /** @description The start by the clock of a time zone: what was agreed, should the rules of the zone change. */
            starts_at_local?: components["schemas"]["LocalDateTime"] | null;
        };
        /** @description Body of `PATCH /v1/application`: what is absent stays as it is, and `null` takes away what may be absent. */
        ChangeApplication: {
            /** @description At most 20 origins with `https`. */
            allowed_embedders?: string[];
            /** @description At most 20 origins, each as a browser sends it. */
            allowed_origins?: string[];
            /** @description The ways that are open, each once. */
            channels?: components["schemas"]["NotificationChannel"][];
            /** @description What people are shown: 1 to 100 characters. */
            name?: string;
            /** @description An e-mail address. */
            reply_to?: string | null;
            /** @description An address with `https`. */
            return_url?: string | null;
            /** @description 1 to 100 characters. */
            sender_name?: string | null;
            /** @description At most 16 KiB of JSON. */
            templates?: {
                [key: string]: unknown;
            } | null;
            /** @description At most 4 KiB of JSON. */
            theme?: {
                [key: string]: unknown;
            } | null;
        };
        /** @description Body of `PATCH /v1/rooms/{id}`. */
        ChangeRoom: {
            /** @description What it is called from now on: 1 to 100 characters; `null` takes the name away. */
            name?: string | null;
        };
        /** @description Body of `PATCH /v1/sessions/{id}`: what is absent stays as it is. */
        ChangeSession: {
            allow_overlap?: boolean;
            /** Format: int64 */
            closes_after_ms?: number;
            /** Format: int64 */
            connect_ms?: number;
            /** Format: int64 */
            countdown_ms?: number;
            duplicate?: components["schemas"]["DuplicatePolicy"];
            /** Format: int64 */
            duration_ms?: number;
            /** Format: int64 */
            extension_ms?: number;
            hard_end_at?: components["schemas"]["UnixMs"];
            ice?: components["schemas"]["IcePolicy"];
            /** Format: int64 */
            lobby_ms?: number;
            /** Format: uint32 */
            max_extensions?: number;
            /** Format: int64 */
            max_pause_ms?: number;
            media?: components["schemas"]["MediaBackend"];
            metadata?: {
                [key: string]: unknown;
            };
            on_loss?: components["schemas"]["OnLoss"];
            remind_before_ms?: number[];
            starts_at?: components["schemas"]["UnixMs"];
            starts_at_local?: components["schemas"]["LocalDateTime"];
        };
        /** @description Body of `PATCH /v1/webhooks/{id}`: what is absent stays as it is, and `null` takes away what may be absent. */
        ChangeWebhook: {
            /** @description 1 to 100 characters for whoever keeps it; `null` takes it away. */
            description?: string | null;
            /** @description Types of events that it is sent from now on; empty: all. */
            events?: components["schemas"]["EventType"][];
            /** @description Whether it is sent anything from now on. */
            state?: components["schemas"]["WebhookState"];
            /** @description An https address that is not of an inner network. */
            url?: string;
        };
        /** @description Body of `POST /v1/matches`. */
        CreateMatch: {
            /** @description The two, as in a booking. */
            participants: components["schemas"]["BookParticipant"][];
        };
        /** @description Body of `POST /v1/rooms`. */
        CreateRoom: {
            /** @description What it is called: 1 to 100 characters. */
            name?: string | null;
            /**
             * @description 2 to 500, the first of an application's is the owner. A person names people whom they are matched with, by
             *     `user_id` alone, and is the owner whether they name themselves or not.
             */
            participants: components["schemas"]["BookParticipant"][];
        };
        /** @description Body of `POST /v1/webhooks`. */
        CreateWebhook: {
            /** @description 1 to 100 characters for whoever keeps it. */
            description?: string | null;
            /** @description Types of events that it is sent; absent or empty: all. */
            events?: components["schemas"]["EventType"][];
            /** @description An https address that is not of an inner network. */
            url: string;
        };
        /** @description A match, as the application that made it is shown it. */
        CreatedMatch: {
            /** @description When they were matched. */
            created_at: components["schemas"]["UnixMs"];
            /** @description Its own id, rising with time. */
            id: components["schemas"]["MatchId"];
            /** @description The two by their names. */
            participants: components["schemas"]["Participant"][];
            /** @description The chat room of the two. */
            room_id: components["schemas"]["RoomId"];
        };
        /** @description Where a delivery stands, in a word. */
        DeliveryStatus: "pending" | "sent" | "failed" | "missed" | "suppressed";
        /** @description One delivery; an item of `GET /v1/deliveries`. */
        DeliveryView: {
            /**
             * Format: uint32
             * @description How often it was tried.
             */
            attempts: number;
            /** @description By which channel. */
            channel: components["schemas"]["NotificationChannel"];
            /** @description When it was to be sent first. */
            due_at: components["schemas"]["UnixMs"];
            /** @description The webhook endpoint or listener that was told. */
            endpoint_id?: string | null;
            /** @description Its own id, rising with time. */
            id: string;
            /** @description Kind of the notification, or type of the event. */
            kind: string;
            /** @description True where that is a listener, as `rendezvous listen` makes. */
            listener?: boolean;
            /** @description Why it was not sent, or what was wrong with the last attempt. */
            reason?: string | null;
            /** @description When it was sent. */
            sent_at?: components["schemas"]["UnixMs"] | null;
            /** @description The session that it is about, if it is about one. */
            session_id?: components["schemas"]["SessionId"] | null;
            /** @description Where it stands. */
            state: components["schemas"]["DeliveryStatus"];
            /** @description Who was told; absent for an endpoint. */
            user_id?: components["schemas"]["UserId"] | null;
        };
        /** @description A page of a collection. */
        DeliveryViewPage: {
            /** @description Items of this page, in order. */
            items: components["schemas"]["DeliveryView"][];
            /** @description Asks for the next page; absent on the last. */
            next_cursor?: string | null;
        };
        /** @description What happens when the same person joins twice. */
        DuplicatePolicy: "takeover" | "reject";
        /** @description Body of a command without fields: empty, or an empty object. */
        EmptyBody: Record<string, never>;
        /** @description Why a session ended. */
        EndReason: "completed" | "no_show" | "left" | "abandoned" | "cancelled" | "connect_failed" | "kicked" | "terminated";
        /** @description What was wrong, in a word that does not change. */
        ErrorCode: "malformed" | "unknown_type" | "unsupported" | "unauthenticated" | "bad_login" | "email_taken" | "weak_password" | "bad_token" | "not_a_participant" | "forbidden" | "not_found" | "too_early" | "session_over" | "peer_absent" | "stale_epoch" | "not_your_turn" | "not_p2p" | "bad_sdp" | "bad_candidate" | "too_many_candidates" | "not_live" | "no_extensions_left" | "rate_limited" | "quota_exceeded" | "too_large" | "already_joined" | "not_a_member" | "room_closed" | "room_full" | "conflict" | "busy" | "already_matched" | "no_peeks_left" | "bad_cursor" | "bad_text" | "storage_unavailable" | "storage_full" | "invalid_field" | "unknown_field" | "precondition_failed" | "method_not_allowed" | "timeout" | "unsupported_media_type" | "origin_not_allowed" | "token_in_url" | "unavailable" | "internal";
        /** @description What can happen. */
        EventType: "match.created" | "match.ended" | "gift.received" | "gift.opened" | "proposal.created" | "proposal.answered" | "room.opened" | "room.changed" | "room.closed" | "session.scheduled" | "session.rescheduled" | "session.cancelled" | "session.reminded" | "session.reminder_missed" | "session.opened" | "session.joined" | "session.left" | "session.live" | "session.extended" | "session.ended" | "session.no_show" | "session.feedback" | "application.changed" | "message.unread" | "user.kicked" | "user.blocked" | "person.changed" | "user.erased" | "operator.action";
        /** @description What one of the two said of the session: to themselves, and to their application. */
        FeedbackView: {
            /** @description When it was changed last, if it was. */
            changed_at?: components["schemas"]["UnixMs"] | null;
            /** @description When it was given first; it may be changed for a day. */
            given_at: components["schemas"]["UnixMs"];
            /**
             * Format: int64
             * @description 1 to 5.
             */
            score: number;
            /** @description Their words, if they had any. */
            text?: string | null;
        };
        /** @description One wrong field of a command. */
        FieldError: {
            /** @description Which rule, as `required`, `too_long`, `out_of_range`. */
            code: string;
            /** @description Path of the field, as `participants[1].name`. */
            field: string;
            /** @description One plain sentence. */
            message: string;
        };
        /** @description One of a group, as whoever asks is shown them. */
        GroupMemberView: {
            /** @description For the application: its own id of the person. */
            external_id?: string | null;
            /** @description What to call them. */
            name: string;
            /** @description What they may do. */
            role: components["schemas"]["RoomRole"];
            /** @description Id of the member. */
            user_id: components["schemas"]["UserId"];
        };
        /** @description A room of a group with everybody in it. */
        GroupView: {
            /** @description Its own id, rising with time. */
            id: components["schemas"]["RoomId"];
            /** @description Everybody in it, the eldest member first. */
            members: components["schemas"]["GroupMemberView"][];
            /** @description What it is called, if it has a name. */
            name?: string | null;
            /**
             * Format: uint64
             * @description Rises with each change.
             */
            revision: number;
        };
        /** @description Which ICE candidates may be used. */
        IcePolicy: "all" | "relay";
        /** @description A room in a list of groups. */
        ListedGroup: {
            /** @description Its own id, rising with time. */
            id: components["schemas"]["RoomId"];
            /**
             * Format: uint32
             * @description How many are in it.
             */
            member_count: number;
            /** @description What it is called, if it has a name. */
            name?: string | null;
            /**
             * Format: uint64
             * @description Rises with each change.
             */
            revision: number;
            /** @description For one who is in it: what they may do. */
            role?: components["schemas"]["RoomRole"] | null;
        };
        /** @description A page of a collection. */
        ListedGroupPage: {
            /** @description Items of this page, in order. */
            items: components["schemas"]["ListedGroup"][];
            /** @description Asks for the next page; absent on the last. */
            next_cursor?: string | null;
        };
        /** @description A time by the clock of a time zone. */
        LocalDateTime: {
            /** @description ISO 8601 without an offset, as `2027-03-14T02:30`; seconds may follow. */
            date_time: string;
            /** @description IANA time zone. */
            time_zone: string;
        };
        /** @description Why a local time needed a decision. */
        LocalTimeNote: "gap" | "fold";
        /** @description Two people who have found each other. */
        MatchId: string;
        /** @description Who carries the media. */
        MediaBackend: "p2p" | "livekit" | "openvidu";
        /** @description By which way an application's people are told of what happens. */
        NotificationChannel: "in_app" | "webhook" | "push" | "email";
        /** @description What happens to the clock of a live session while one is lost. */
        OnLoss: "run" | "pause";
        /** @description How a session ended. */
        Outcome: {
            /** @description Of `no_show`: who was never in. */
            absent?: components["schemas"]["UserId"][] | null;
            /** @description Reason of the end. */
            reason: components["schemas"]["EndReason"];
        };
        /** @description One of the two. */
        Participant: {
            /** @description What the other one is shown. */
            name: string;
            /** @description Id of the participant. */
            user_id: components["schemas"]["UserId"];
        };
        /** @description When one person was in, and whether their media came up. */
        Presence: {
            /** @description When they first said that their media was up; none if it never was. */
            media_up_at?: components["schemas"]["UnixMs"] | null;
            /**
             * @description When they were in, oldest first; empty if they never were. Of more than 16, the first and the
             *     newest.
             */
            stays: components["schemas"]["Stay"][];
            /** @description Id of the participant. */
            user_id: components["schemas"]["UserId"];
        };
        /** @description A problem document (RFC 9457, `application/problem+json`). */
        Problem: {
            /** @description Of `no_peeks_left`: when there is one again. */
            at?: components["schemas"]["UnixMs"] | null;
            /** @description Stable code of the error. */
            code: components["schemas"]["ErrorCode"];
            /** @description One plain sentence. */
            detail: string;
            /** @description Each field that is wrong. */
            errors?: components["schemas"]["FieldError"][];
            /** @description Of `session_over`: why it ended. */
            reason?: string | null;
            /**
             * Format: uint64
             * @description When to try again, in milliseconds from now.
             */
            retry_after_ms?: number | null;
            /** @description Of `busy`, for an application: that session. */
            session_id?: components["schemas"]["SessionId"] | null;
            /**
             * Format: uint16
             * @description The HTTP status.
             */
            status: number;
            /** @description The HTTP status text. */
            title: string;
            /** @description Always `about:blank`: `code` tells the kind. */
            type: string;
            /** @description Of `busy`: who has another session. */
            user_id?: components["schemas"]["UserId"] | null;
        };
        /** @description A language in which every question is written. */
        QuestionLocale: "en" | "ko";
        /** @description Answer of `GET /v1/questions/random`. */
        QuestionView: {
            /** @description The same in every language. */
            id: string;
            /** @description The language of `text`. */
            locale: components["schemas"]["QuestionLocale"];
            /** @description The question itself, one line. */
            text: string;
        };
        /** @description Answer of `POST /v1/sessions/{id}/participants/{user_id}/renew-link`. */
        RenewedLink: {
            /** @description The person's join link; every earlier one, and the access that came from it, is void. */
            join_url: string;
        };
        /** @description How a local time was resolved that is no time of that day, or two (RFC 5545, section 3.3.5). */
        ResolvedLocalTime: {
            /** @description Whether the clocks skip it, or show it twice. */
            note: components["schemas"]["LocalTimeNote"];
            /** @description The offset from UTC that was taken, as `-05:00`. */
            offset: string;
        };
        /** @description One chat room. */
        RoomId: string;
        /** @description What a room is for. */
        RoomKind: "pair" | "group";
        /** @description One who belongs to a room. */
        RoomMember: {
            /** @description What to call them. */
            name: string;
            /**
             * @description What they may do; `member` where nothing is said.
             * @default member
             */
            role: components["schemas"]["RoomRole"];
            /** @description Id of the member. */
            user_id: components["schemas"]["UserId"];
        };
        /** @description What a member may do in a room. */
        RoomRole: "owner" | "member";
        /** @description Answer of `POST /v1/webhooks/{id}/rotate`. */
        RotatedSecret: {
            /** @description Until when the old one signs beside it. */
            previous_secret_until: components["schemas"]["UnixMs"];
            /** @description The new one. */
            secret: components["schemas"]["SecretText"];
        };
        /** @description A password or a token, as somebody typed or pasted it. */
        SecretText: string;
        /** @description Answer of `POST /v1/webhooks/{id}/test` and `POST /v1/deliveries/{id}/redeliver`. */
        SentDelivery: {
            /** @description The delivery, as the endpoint's list of deliveries shows it. */
            delivery_id: string;
        };
        /** @description One timed session of two people. */
        SessionId: string;
        /** @description One of the two, as the scheduler shows them. */
        SessionParticipant: {
            /** @description The application's own id; shown to the application only. */
            external_id?: string | null;
            /** @description What they said of it afterwards; shown to the application only, of one session. */
            feedback?: components["schemas"]["FeedbackView"] | null;
            /** @description Opens the session as this person; shown to the application only. */
            join_url?: string | null;
            /**
             * @description Each time they came in, rising.
             * @default []
             */
            joined_at: components["schemas"]["UnixMs"][];
            /**
             * @description Each time they went, rising.
             * @default []
             */
            left_at: components["schemas"]["UnixMs"][];
            /** @description What the other one is shown. */
            name: string;
            /** @description Id of the participant. */
            user_id: components["schemas"]["UserId"];
        };
        /**
         * @description All that signaling needs to know about a session; the `session` claim of its ticket.
         *
         *     `lobby_opens_at ≤ starts_at ≤ closes_at`; a higher `revision` replaces a lower one.
         */
        SessionSpec: {
            /** @description A seat that is empty from here on is a no-show. */
            closes_at: components["schemas"]["UnixMs"];
            /**
             * Format: int64
             * @description How long media may take to come up after the countdown, in milliseconds.
             */
            connect_ms: number;
            /**
             * Format: int64
             * @description From both in to live, in milliseconds.
             */
            countdown_ms: number;
            /** @description What happens when the same person joins twice. */
            duplicate: components["schemas"]["DuplicatePolicy"];
            /**
             * Format: int64
             * @description How long it is live, in milliseconds.
             */
            duration_ms: number;
            /**
             * Format: int64
             * @description What an extension adds, in milliseconds.
             */
            extension_ms: number;
            /** @description Nothing goes past this: the first deadline, an extension, a pause. */
            hard_end_at?: components["schemas"]["UnixMs"] | null;
            /** @description Which candidates may be used. */
            ice: components["schemas"]["IcePolicy"];
            /** @description Id of the session. */
            id: components["schemas"]["SessionId"];
            /** @description First moment at which a join is let in. */
            lobby_opens_at: components["schemas"]["UnixMs"];
            /**
             * Format: uint32
             * @description How often it may be extended.
             */
            max_extensions: number;
            /**
             * Format: int64
             * @description Longest sum of all pauses, in milliseconds.
             */
            max_pause_ms: number;
            /** @description Who carries the media. */
            media: components["schemas"]["MediaBackend"];
            /** @description What happens to the clock while one is lost. */
            on_loss: components["schemas"]["OnLoss"];
            /** @description The two; the second is the polite one. */
            participants: components["schemas"]["Participant"][];
            /**
             * Format: uint64
             * @description Rises with each change of the booking.
             */
            revision: number;
            /** @description First moment at which a countdown may begin. */
            starts_at: components["schemas"]["UnixMs"];
        };
        /** @description Where a booking stands. */
        SessionState: "scheduled" | "open" | "live" | "ended" | "cancelled";
        /** @description A session as the scheduler shows it. */
        SessionView: {
            /**
             * @description Whether one of the two may have another session at that time.
             * @default true
             */
            allow_overlap: boolean;
            /** Format: int64 */
            closes_after_ms: number;
            closes_at: components["schemas"]["UnixMs"];
            /** Format: int64 */
            connect_ms: number;
            /** Format: int64 */
            countdown_ms: number;
            created_at: components["schemas"]["UnixMs"];
            /** @description When it runs out, or ran out. */
            deadline_at?: components["schemas"]["UnixMs"] | null;
            duplicate: components["schemas"]["DuplicatePolicy"];
            /** Format: int64 */
            duration_ms: number;
            /** @description When it was over. */
            ended_at?: components["schemas"]["UnixMs"] | null;
            /** Format: int64 */
            extension_ms: number;
            hard_end_at?: components["schemas"]["UnixMs"] | null;
            ice: components["schemas"]["IcePolicy"];
            id: components["schemas"]["SessionId"];
            /** Format: int64 */
            lobby_ms: number;
            lobby_opens_at: components["schemas"]["UnixMs"];
            /** Format: uint32 */
            max_extensions: number;
            /** Format: int64 */
            max_pause_ms: number;
            media: components["schemas"]["MediaBackend"];
            metadata?: {
                [key: string]: unknown;
            } | null;
            on_loss: components["schemas"]["OnLoss"];
            /** @description How it ended, once it has. */
            outcome?: components["schemas"]["Outcome"] | null;
            participants: components["schemas"]["SessionParticipant"][];
            remind_before_ms: number[];
            /** @description Where the clocks skip that time, or show it twice. */
            resolved?: components["schemas"]["ResolvedLocalTime"] | null;
            /** Format: uint64 */
            revision: number;
            /** @description The chat room of the two. */
            room_id: components["schemas"]["RoomId"];
            /** @description When the clock started, once it has. */
            started_at?: components["schemas"]["UnixMs"] | null;
            starts_at: components["schemas"]["UnixMs"];
            /** @description The start by the clock of a time zone, where it was booked so. */
            starts_at_local?: components["schemas"]["LocalDateTime"] | null;
            state: components["schemas"]["SessionState"];
        };
        /** @description A page of a collection. */
        SessionViewPage: {
            /** @description Items of this page, in order. */
            items: components["schemas"]["SessionView"][];
            /** @description Asks for the next page; absent on the last. */
            next_cursor?: string | null;
        };
        /** @description One stay of one person. */
        Stay: {
            /** @description When they came. */
            from: components["schemas"]["UnixMs"];
            /** @description When they left, or their connection was last seen; none while they are in. */
            to?: components["schemas"]["UnixMs"] | null;
        };
        /** @description Body of the ticket routes: empty from a person, with a user from an application. */
        TicketRequest: {
            /** @description Whom the ticket is for. */
            user_id?: components["schemas"]["UserId"] | null;
        };
        /** @description A ticket, and where to take it. */
        TicketResponse: {
            /** @description When the ticket stops to count. */
            expires_at: components["schemas"]["UnixMs"];
            /** @description The ticket: a signed JWT. */
            ticket: string;
            /** @description The complete WebSocket address to connect to; of an operator's ticket, where signaling is. */
            url: string;
        };
        /** @description One thing that happened to a session; each type has its own fields of these. */
        TimelineItem: {
            /** @description Of `no_show`, and of `ended` by it: who was never in. */
            absent?: components["schemas"]["UserId"][] | null;
            /** @description Of `operator.action`: what was done, as `session.end`. */
            action?: string | null;
            /** @description When it happened. */
            at: components["schemas"]["UnixMs"];
            /**
             * Format: int64
             * @description Of a reminder: how long before the start it is due, in milliseconds.
             */
            before_ms?: number | null;
            /** @description Of `operator.action`: who did it. */
            by?: string | null;
            /** @description Of `live` and `extended`: when it runs out. */
            deadline_at?: components["schemas"]["UnixMs"] | null;
            /** @description Of `no_show` and `ended`: when each was in, and whether their media came up. */
            evidence?: components["schemas"]["Presence"][] | null;
            /**
             * Format: uint32
             * @description Of `extended`: how many are left.
             */
            extensions_left?: number | null;
            /** @description Of `left`: `left`, `lost`, `kicked` or `ended`. */
            how?: string | null;
            /** @description Of `ended` and `reminder_missed`: why. */
            reason?: string | null;
            /**
             * Format: uint64
             * @description Of a booking and its reminders: its revision.
             */
            revision?: number | null;
            /** @description Of `live`: when the clock started. */
            started_at?: components["schemas"]["UnixMs"] | null;
            /** @description Of `scheduled` and `rescheduled`: when the session starts. */
            starts_at?: components["schemas"]["UnixMs"] | null;
            /** @description Type of the event. */
            type: components["schemas"]["EventType"];
            /** @description Of `joined`, `left`, `reminded`, `reminder_missed`, `user.kicked` and `operator.action`: who. */
            user_id?: components["schemas"]["UserId"] | null;
        };
        /** @description A page of a collection. */
        TimelineItemPage: {
            /** @description Items of this page, in order. */
            items: components["schemas"]["TimelineItem"][];
            /** @description Asks for the next page; absent on the last. */
            next_cursor?: string | null;
        };
        /**
         * Format: int64
         * @description A point in time: milliseconds since the Unix epoch, UTC.
         */
        UnixMs: number;
        /** @description Id of one person, across sessions and rooms. */
        UserId: string;
        /** @description A delivery to an endpoint, as its application sees it. */
        WebhookDeliveryView: {
            /**
             * Format: uint32
             * @description How often it was tried.
             */
            attempts: number;
            /** @description When it was to be sent first. */
            due_at: components["schemas"]["UnixMs"];
            /** @description The endpoint or listener that it goes to. */
            endpoint_id: string;
            /** @description Its own id, by which it is sent again. */
            id: string;
            /** @description The type of the event. */
            kind: string;
            /** @description True where that is a listener, as `rendezvous listen` makes. */
            listener: boolean;
            /** @description When it is tried next, if it is. */
            next_at?: components["schemas"]["UnixMs"] | null;
            /** @description Why the last attempt failed, as `http_500`, `timeout` or `connect_failed`. */
            reason?: string | null;
            /** @description When it arrived. */
            sent_at?: components["schemas"]["UnixMs"] | null;
            /** @description Where it stands. */
            state: components["schemas"]["DeliveryStatus"];
            /**
             * Format: uint16
             * @description What the last attempt was answered with, unless that was nothing.
             */
            status?: number | null;
            /** @description The `webhook-id` of every attempt: the event's id. */
            webhook_id: string;
        };
        /** @description A page of a collection. */
        WebhookDeliveryViewPage: {
            /** @description Items of this page, in order. */
            items: components["schemas"]["WebhookDeliveryView"][];
            /** @description Asks for the next page; absent on the last. */
            next_cursor?: string | null;
        };
        /** @description Whether an endpoint is sent anything. */
        WebhookState: "enabled" | "disabled";
        /** @description An endpoint of an application, as its own key sees it. */
        WebhookView: {
            /** @description When it was made. */
            created_at: components["schemas"]["UnixMs"];
            /** @description For whoever keeps it. */
            description?: string | null;
            /** @description Types of events that it is sent; empty: all. */
            events: components["schemas"]["EventType"][];
            /** @description Since when nothing has arrived, if the last attempt failed. */
            failing_since?: components["schemas"]["UnixMs"] | null;
            /** @description Its own id. */
            id: string;
            /** @description After a rotation: until when the secret of before signs beside the new one. */
            previous_secret_until?: components["schemas"]["UnixMs"] | null;
            /** @description Of a disabled one: `asked`, `gone` (it answered 410) or `failing` (nothing arrived for five days). */
            reason?: string | null;
            /** @description By which it knows what is ours (`whsec_…`): in the answer that makes the endpoint, and never again. */
            secret?: components["schemas"]["SecretText"] | null;
            /** @description Whether it is sent anything. */
            state: components["schemas"]["WebhookState"];
            /** @description Where events are sent. */
            url: string;
        };
        /** @description A page of a collection. */
        WebhookViewPage: {
            /** @description Items of this page, in order. */
            items: components["schemas"]["WebhookView"][];
            /** @description Asks for the next page; absent on the last. */
            next_cursor?: string | null;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    get_application: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The application. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApplicationView"];
                };
            };
        };
    };
    patch_application: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangeApplication"];
            };
        };
        responses: {
            /** @description The application as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApplicationView"];
                };
            };
        };
    };
    get_deliveries: {
        parameters: {
            query?: {
                /** @description Those that stand so. */
                state?: components["schemas"]["DeliveryStatus"];
                /** @description Those by this channel. */
                channel?: components["schemas"]["NotificationChannel"];
                /** @description Items of a page: 50, at most 200. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeliveryViewPage"];
                };
            };
        };
    };
    post_deliveries_id_redeliver: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["EmptyBody"];
            };
        };
        responses: {
            /** @description It is sent at once; its delivery shows what became of it. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SentDelivery"];
                };
            };
        };
    };
    post_matches: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repeat safe: the same key and body give the first answer again. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateMatch"];
            };
        };
        responses: {
            /** @description The match, with its room. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedMatch"];
                };
            };
        };
    };
    get_questions_random: {
        parameters: {
            query?: {
                /** @description `en` or `ko`, or a list as in `Accept-Language`; English where it names neither. */
                locale?: string;
                /** @description A question of this session: both of its people get the same. */
                session_id?: string;
                /** @description Which one of the session, from 0 to 199; 0 where it is left out. */
                n?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The question. The two of a session get none again before they had all, over all of their sessions. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QuestionView"];
                };
            };
        };
    };
    get_rooms: {
        parameters: {
            query?: {
                /** @description Items of a page: 50, at most 200. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListedGroupPage"];
                };
            };
        };
    };
    post_rooms: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repeat safe: the same key and body give the first answer again. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateRoom"];
            };
        };
        responses: {
            /** @description The group; `Location` and `ETag` name it. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GroupView"];
                };
            };
        };
    };
    post_rooms_ticket: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["TicketRequest"];
            };
        };
        responses: {
            /** @description The ticket, and where to take it. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketResponse"];
                };
            };
        };
    };
    get_rooms_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The group; `ETag` is its revision. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GroupView"];
                };
            };
        };
    };
    delete_rooms_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is closed. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    patch_rooms_id: {
        parameters: {
            query?: never;
            header?: {
                /** @description The revision that is meant, as `ETag` gave it. */
                "If-Match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangeRoom"];
            };
        };
        responses: {
            /** @description The group as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GroupView"];
                };
            };
        };
    };
    post_rooms_id_members: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AddMembers"];
            };
        };
        responses: {
            /** @description The group as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GroupView"];
                };
            };
        };
    };
    delete_rooms_id_members_user_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description They are not in it. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_sessions: {
        parameters: {
            query?: {
                /** @description Those that start then or later. */
                from?: components["schemas"]["UnixMs"];
                /** @description Those that start before. */
                to?: components["schemas"]["UnixMs"];
                /** @description Those that stand so. */
                state?: components["schemas"]["SessionState"];
                /** @description Items of a page: 50, at most 200. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionViewPage"];
                };
            };
        };
    };
    post_sessions: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repeat safe: the same key and body give the first answer again. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "duration_ms": 600000,
                 *       "participants": [
                 *         {
                 *           "external_id": "customer-17",
                 *           "locale": "en",
                 *           "name": "Ann"
                 *         },
                 *         {
                 *           "external_id": "guide-3",
                 *           "locale": "ko",
                 *           "name": "민지"
                 *         }
                 *       ],
                 *       "starts_at": 1900000000000
                 *     }
                 */
                "application/json": components["schemas"]["BookSession"];
            };
        };
        responses: {
            /** @description The session; `Location` and `ETag` name it. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionView"];
                };
            };
        };
    };
    get_sessions_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The session; `ETag` is its revision. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionView"];
                };
            };
        };
    };
    patch_sessions_id: {
        parameters: {
            query?: never;
            header?: {
                /** @description The revision that is meant, as `ETag` gave it. */
                "If-Match"?: string;
                /** @description Makes a repeat safe: the same key and body give the first answer again. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "remind_before_ms": [
                 *         600000
                 *       ],
                 *       "starts_at": 1900000600000
                 *     }
                 */
                "application/json": components["schemas"]["ChangeSession"];
            };
        };
        responses: {
            /** @description The session as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionView"];
                };
            };
        };
    };
    get_sessions_id_calendar_ics: {
        parameters: {
            query?: {
                /** @description For an application: whose it is; it has their join link. */
                user_id?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description An iCalendar object (RFC 5545, RFC 5546). */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/calendar": unknown;
                };
            };
        };
    };
    post_sessions_id_cancel: {
        parameters: {
            query?: never;
            header?: {
                /** @description The revision that is meant, as `ETag` gave it. */
                "If-Match"?: string;
                /** @description Makes a repeat safe: the same key and body give the first answer again. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["EmptyBody"];
            };
        };
        responses: {
            /** @description The session as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionView"];
                };
            };
        };
    };
    get_sessions_id_deliveries: {
        parameters: {
            query?: {
                /** @description Those that stand so. */
                state?: components["schemas"]["DeliveryStatus"];
                /** @description Those by this channel. */
                channel?: components["schemas"]["NotificationChannel"];
                /** @description Items of a page: 50, at most 200. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeliveryViewPage"];
                };
            };
        };
    };
    post_sessions_id_participants_user_id_renew_link: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["EmptyBody"];
            };
        };
        responses: {
            /** @description The new link. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RenewedLink"];
                };
            };
        };
    };
    post_sessions_id_ticket: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["TicketRequest"];
            };
        };
        responses: {
            /** @description The ticket, and where to take it. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketResponse"];
                };
            };
        };
    };
    get_sessions_id_timeline: {
        parameters: {
            query?: {
                /** @description Items of a page: 50, at most 200. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TimelineItemPage"];
                };
            };
        };
    };
    get_webhooks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookViewPage"];
                };
            };
        };
    };
    post_webhooks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "events": [
                 *         "session.live",
                 *         "session.ended"
                 *       ],
                 *       "url": "https://shop.example/webhooks"
                 *     }
                 */
                "application/json": components["schemas"]["CreateWebhook"];
            };
        };
        responses: {
            /** @description The endpoint, with its secret this once. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookView"];
                };
            };
        };
    };
    get_webhooks_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The endpoint, without its secret. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookView"];
                };
            };
        };
    };
    delete_webhooks_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    patch_webhooks_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangeWebhook"];
            };
        };
        responses: {
            /** @description The endpoint as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookView"];
                };
            };
        };
    };
    get_webhooks_id_deliveries: {
        parameters: {
            query?: {
                /** @description Those that stand so. */
                state?: components["schemas"]["DeliveryStatus"];
                /** @description Items of a page: 50, at most 200. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookDeliveryViewPage"];
                };
            };
        };
    };
    post_webhooks_id_rotate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["EmptyBody"];
            };
        };
        responses: {
            /** @description The new secret, this once. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RotatedSecret"];
                };
            };
        };
    };
    post_webhooks_id_test: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["EmptyBody"];
            };
        };
        responses: {
            /** @description It is sent at once; its delivery shows what became of it. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SentDelivery"];
                };
            };
        };
    };
    webhook_match_created: {
        parameters: {
            query?: never;
            header: {
                /** @description The event's id, the same in each attempt: a second delivery is known by it. */
                "webhook-id": string;
                /** @description Of the attempt, in seconds. */
                "webhook-timestamp": string;
                /** @description `v1,` and a signature over id, timestamp and raw body, for each secret that counts, with a space between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    data: {
                        /** @description The match; also the event's subject. */
                        match_id: components["schemas"]["MatchId"];
                        /** @description The two, by their present names. */
                        participants: components["schemas"]["Participant"][];
                        /** @description Of what has one, as a booking or a group. */
                        revision?: number;
                        /** @description Their chat room. */
                        room_id: components["schemas"]["RoomId"];
                        /** @description What it happened to: the id of a session, match or room. */
                        subject: string;
                        /** @description Whose people they are: an application's id, or `people`. */
                        tenant: string;
                    };
                    /**
                     * Format: date-time
                     * @description When it happened, as RFC 3339 writes it.
                     */
                    timestamp: string;
                    /** @constant */
                    type: "match.created";
                };
            };
        };
        responses: {
            /** @description It was taken. Anything else is tried again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    webhook_match_ended: {
        parameters: {
            query?: never;
            header: {
                /** @description The event's id, the same in each attempt: a second delivery is known by it. */
                "webhook-id": string;
                /** @description Of the attempt, in seconds. */
                "webhook-timestamp": string;
                /** @description `v1,` and a signature over id, timestamp and raw body, for each secret that counts, with a space between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    data: {
                        /** @description The match; also the event's subject. */
                        match_id: components["schemas"]["MatchId"];
                        /** @description The two, by their present names. */
                        participants: components["schemas"]["Participant"][];
                        /** @description Of what has one, as a booking or a group. */
                        revision?: number;
                        /** @description Their chat room. */
                        room_id: components["schemas"]["RoomId"];
                        /** @description What it happened to: the id of a session, match or room. */
                        subject: string;
                        /** @description Whose people they are: an application's id, or `people`. */
                        tenant: string;
                    };
                    /**
                     * Format: date-time
                     * @description When it happened, as RFC 3339 writes it.
                     */
                    timestamp: string;
                    /** @constant */
                    type: "match.ended";
                };
            };
        };
        responses: {
            /** @description It was taken. Anything else is tried again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    webhook_message_unread: {
        parameters: {
            query?: never;
            header: {
                /** @description The event's id, the same in each attempt: a second delivery is known by it. */
                "webhook-id": string;
                /** @description Of the attempt, in seconds. */
                "webhook-timestamp": string;
                /** @description `v1,` and a signature over id, timestamp and raw body, for each secret that counts, with a space between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    data: {
                        /** @description Who wrote it. */
                        from: components["schemas"]["UserId"];
                        /** @description Its own id. */
                        message_id: string;
                        /** @description Of what has one, as a booking or a group. */
                        revision?: number;
                        /** @description The room; also the event's subject. */
                        room_id: components["schemas"]["RoomId"];
                        /**
                         * Format: uint64
                         * @description Its place in the room.
                         */
                        seq: number;
                        /** @description What it happened to: the id of a session, match or room. */
                        subject: string;
                        /** @description Who was not there. */
                        user_id: components["schemas"]["UserId"];
                    };
                    /**
                     * Format: date-time
                     * @description When it happened, as RFC 3339 writes it.
                     */
                    timestamp: string;
                    /** @constant */
                    type: "message.unread";
                };
            };
        };
        responses: {
            /** @description It was taken. Anything else is tried again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    webhook_room_changed: {
        parameters: {
            query?: never;
            header: {
                /** @description The event's id, the same in each attempt: a second delivery is known by it. */
                "webhook-id": string;
                /** @description Of the attempt, in seconds. */
                "webhook-timestamp": string;
                /** @description `v1,` and a signature over id, timestamp and raw body, for each secret that counts, with a space between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    data: {
                        /**
                         * @description `pair` where nothing is said.
                         * @default pair
                         */
                        kind: components["schemas"]["RoomKind"];
                        /** @description Who is in it no more since they left by themselves, with this revision. */
                        left?: components["schemas"]["UserId"] | null;
                        /** @description Everybody who belongs to it: 500 at most. */
                        members: components["schemas"]["RoomMember"][];
                        /** @description What a group is called. */
                        name?: string | null;
                        /** @description Of what has one, as a booking or a group. */
                        revision?: number;
                        /** @description The room; also the event's subject. */
                        room_id: components["schemas"]["RoomId"];
                        /** @description What it happened to: the id of a session, match or room. */
                        subject: string;
                        /** @description Whose people they are: an application's id, or `people`. */
                        tenant: string;
                    };
                    /**
                     * Format: date-time
                     * @description When it happened, as RFC 3339 writes it.
                     */
                    timestamp: string;
                    /** @constant */
                    type: "room.changed";
                };
            };
        };
        responses: {
            /** @description It was taken. Anything else is tried again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    webhook_room_closed: {
        parameters: {
            query?: never;
            header: {
                /** @description The event's id, the same in each attempt: a second delivery is known by it. */
                "webhook-id": string;
                /** @description Of the attempt, in seconds. */
                "webhook-timestamp": string;
                /** @description `v1,` and a signature over id, timestamp and raw body, for each secret that counts, with a space between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    data: {
                        /**
                         * @description `pair` where nothing is said.
                         * @default pair
                         */
                        kind: components["schemas"]["RoomKind"];
                        /** @description Who is in it no more since they left by themselves, with this revision. */
                        left?: components["schemas"]["UserId"] | null;
                        /** @description Everybody who belongs to it: 500 at most. */
                        members: components["schemas"]["RoomMember"][];
                        /** @description What a group is called. */
                        name?: string | null;
                        /** @description Of what has one, as a booking or a group. */
                        revision?: number;
                        /** @description The room; also the event's subject. */
                        room_id: components["schemas"]["RoomId"];
                        /** @description What it happened to: the id of a session, match or room. */
                        subject: string;
                        /** @description Whose people they are: an application's id, or `people`. */
                        tenant: string;
                    };
                    /**
                     * Format: date-time
                     * @description When it happened, as RFC 3339 writes it.
                     */
                    timestamp: string;
                    /** @constant */
                    type: "room.closed";
                };
            };
        };
        responses: {
            /** @description It was taken. Anything else is tried again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    webhook_room_opened: {
        parameters: {
            query?: never;
            header: {
                /** @description The event's id, the same in each attempt: a second delivery is known by it. */
                "webhook-id": string;
                /** @description Of the attempt, in seconds. */
                "webhook-timestamp": string;
                /** @description `v1,` and a signature over id, timestamp and raw body, for each secret that counts, with a space between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    data: {
                        /**
                         * @description `pair` where nothing is said.
                         * @default pair
                         */
                        kind: components["schemas"]["RoomKind"];
                        /** @description Who is in it no more since they left by themselves, with this revision. */
                        left?: components["schemas"]["UserId"] | null;
                        /** @description Everybody who belongs to it: 500 at most. */
                        members: components["schemas"]["RoomMember"][];
                        /** @description What a group is called. */
                        name?: string | null;
                        /** @description Of what has one, as a booking or a group. */
                        revision?: number;
                        /** @description The room; also the event's subject. */
                        room_id: components["schemas"]["RoomId"];
                        /** @description What it happened to: the id of a session, match or room. */
                        subject: string;
                        /** @description Whose people they are: an application's id, or `people`. */
                        tenant: string;
                    };
                    /**
                     * Format: date-time
                     * @description When it happened, as RFC 3339 writes it.
                     */
                    timestamp: string;
                    /** @constant */
                    type: "room.opened";
                };
            };
        };
        responses: {
            /** @description It was taken. Anything else is tried again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    webhook_session_cancelled: {
        parameters: {
            query?: never;
            header: {
                /** @description The event's id, the same in each attempt: a second delivery is known by it. */
                "webhook-id": string;
                /** @description Of the attempt, in seconds. */
                "webhook-timestamp": string;
                /** @description `v1,` and a signature over id, timestamp and raw body, for each secret that counts, with a space between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    data: {
                        /** @description Of what has one, as a booking or a group. */
                        revision?: number;
                        /** @description The chat room of the two. */
                        room_id: components["schemas"]["RoomId"];
                        /** @description What a ticket for it says. */
                        session: components["schemas"]["SessionSpec"];
                        /** @description What it happened to: the id of a session, match or room. */
                        subject: string;
                    };
                    /**
                     * Format: date-time
                     * @description When it happened, as RFC 3339 writes it.
                     */
                    timestamp: string;
                    /** @constant */
                    type: "session.cancelled";
                };
            };
        };
        responses: {
            /** @description It was taken. Anything else is tried again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    webhook_session_ended: {
        parameters: {
            query?: never;
            header: {
                /** @description The event's id, the same in each attempt: a second delivery is known by it. */
                "webhook-id": string;
                /** @description Of the attempt, in seconds. */
                "webhook-timestamp": string;
                /** @description `v1,` and a signature over id, timestamp and raw body, for each secret that counts, with a space between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    data: {
                        /** @description Of `ended` by no-show, and of `no_show`: who was never in. */
                        absent?: components["schemas"]["UserId"][] | null;
                        /** @description Of `ended` and `no_show`: what the verdict rests on, one entry a person. */
                        evidence?: components["schemas"]["Presence"][] | null;
                        /** @description Of `ended`: why. */
                        reason: components["schemas"]["EndReason"] | null;
                        /** @description Of what has one, as a booking or a group. */
                        revision?: number;
                        /** @description What it happened to: the id of a session, match or room. */
                        subject: string;
                    };
                    /**
                     * Format: date-time
                     * @description When it happened, as RFC 3339 writes it.
                     */
                    timestamp: string;
                    /** @constant */
                    type: "session.ended";
                };
            };
        };
        responses: {
            /** @description It was taken. Anything else is tried again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    webhook_session_extended: {
        parameters: {
            query?: never;
            header: {
                /** @description The event's id, the same in each attempt: a second delivery is known by it. */
                "webhook-id": string;
                /** @description Of the attempt, in seconds. */
                "webhook-timestamp": string;
                /** @description `v1,` and a signature over id, timestamp and raw body, for each secret that counts, with a space between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    data: {
                        /** @description Of `live` and `extended`: when it runs out. */
                        deadline_at: components["schemas"]["UnixMs"] | null;
                        /**
                         * Format: uint32
                         * @description Of `extended`: how many are left.
                         */
                        extensions_left: number | null;
                        /** @description Of what has one, as a booking or a group. */
                        revision?: number;
                        /** @description What it happened to: the id of a session, match or room. */
                        subject: string;
                    };
                    /**
                     * Format: date-time
                     * @description When it happened, as RFC 3339 writes it.
                     */
                    timestamp: string;
                    /** @constant */
                    type: "session.extended";
                };
            };
        };
        responses: {
            /** @description It was taken. Anything else is tried again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    webhook_session_feedback: {
        parameters: {
            query?: never;
            header: {
                /** @description The event's id, the same in each attempt: a second delivery is known by it. */
                "webhook-id": string;
                /** @description Of the attempt, in seconds. */
                "webhook-timestamp": string;
                /** @description `v1,` and a signature over id, timestamp and raw body, for each secret that counts, with a space between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    data: {
                        /** @description Of what has one, as a booking or a group. */
                        revision?: number;
                        /**
                         * Format: int64
                         * @description 1 to 5.
                         */
                        score: number;
                        /** @description What it happened to: the id of a session, match or room. */
                        subject: string;
                        /** @description Who gave it. */
                        user_id: components["schemas"]["UserId"];
                    };
                    /**
                     * Format: date-time
                     * @description When it happened, as RFC 3339 writes it.
                     */
                    timestamp: string;
                    /** @constant */
                    type: "session.feedback";
                };
            };
        };
        responses: {
            /** @description It was taken. Anything else is tried again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    webhook_session_joined: {
        parameters: {
            query?: never;
            header: {
                /** @description The event's id, the same in each attempt: a second delivery is known by it. */
                "webhook-id": string;
                /** @description Of the attempt, in seconds. */
                "webhook-timestamp": string;
                /** @description `v1,` and a signature over id, timestamp and raw body, for each secret that counts, with a space between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    data: {
                        /** @description Of what has one, as a booking or a group. */
                        revision?: number;
                        /** @description What it happened to: the id of a session, match or room. */
                        subject: string;
                        /** @description Of `joined`, `left` and `user.kicked`: who. */
                        user_id: components["schemas"]["UserId"] | null;
                    };
                    /**
                     * Format: date-time
                     * @description When it happened, as RFC 3339 writes it.
                     */
                    timestamp: string;
                    /** @constant */
                    type: "session.joined";
                };
            };
        };
        responses: {
            /** @description It was taken. Anything else is tried again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    webhook_session_left: {
        parameters: {
            query?: never;
            header: {
                /** @description The event's id, the same in each attempt: a second delivery is known by it. */
                "webhook-id": string;
                /** @description Of the attempt, in seconds. */
                "webhook-timestamp": string;
                /** @description `v1,` and a signature over id, timestamp and raw body, for each secret that counts, with a space between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    data: {
                        /** @description Of `left`: `left`, `lost`, `kicked` or `ended`. */
                        how: string | null;
                        /** @description Of what has one, as a booking or a group. */
                        revision?: number;
                        /** @description What it happened to: the id of a session, match or room. */
                        subject: string;
                        /** @description Of `joined`, `left` and `user.kicked`: who. */
                        user_id: components["schemas"]["UserId"] | null;
                    };
                    /**
                     * Format: date-time
                     * @description When it happened, as RFC 3339 writes it.
                     */
                    timestamp: string;
                    /** @constant */
                    type: "session.left";
                };
            };
        };
        responses: {
            /** @description It was taken. Anything else is tried again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    webhook_session_live: {
        parameters: {
            query?: never;
            header: {
                /** @description The event's id, the same in each attempt: a second delivery is known by it. */
                "webhook-id": string;
                /** @description Of the attempt, in seconds. */
                "webhook-timestamp": string;
                /** @description `v1,` and a signature over id, timestamp and raw body, for each secret that counts, with a space between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    data: {
                        /** @description Of `live` and `extended`: when it runs out. */
                        deadline_at: components["schemas"]["UnixMs"] | null;
                        /** @description Of what has one, as a booking or a group. */
                        revision?: number;
                        /** @description Of `live`: when the clock started. */
                        started_at: components["schemas"]["UnixMs"] | null;
                        /** @description What it happened to: the id of a session, match or room. */
                        subject: string;
                    };
                    /**
                     * Format: date-time
                     * @description When it happened, as RFC 3339 writes it.
                     */
                    timestamp: string;
                    /** @constant */
                    type: "session.live";
                };
            };
        };
        responses: {
            /** @description It was taken. Anything else is tried again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    webhook_session_no_show: {
        parameters: {
            query?: never;
            header: {
                /** @description The event's id, the same in each attempt: a second delivery is known by it. */
                "webhook-id": string;
                /** @description Of the attempt, in seconds. */
                "webhook-timestamp": string;
                /** @description `v1,` and a signature over id, timestamp and raw body, for each secret that counts, with a space between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    data: {
                        /** @description Of `ended` by no-show, and of `no_show`: who was never in. */
                        absent: components["schemas"]["UserId"][] | null;
                        /** @description Of `ended` and `no_show`: what the verdict rests on, one entry a person. */
                        evidence?: components["schemas"]["Presence"][] | null;
                        /** @description Of what has one, as a booking or a group. */
                        revision?: number;
                        /** @description What it happened to: the id of a session, match or room. */
                        subject: string;
                    };
                    /**
                     * Format: date-time
                     * @description When it happened, as RFC 3339 writes it.
                     */
                    timestamp: string;
                    /** @constant */
                    type: "session.no_show";
                };
            };
        };
        responses: {
            /** @description It was taken. Anything else is tried again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    webhook_session_opened: {
        parameters: {
            query?: never;
            header: {
                /** @description The event's id, the same in each attempt: a second delivery is known by it. */
                "webhook-id": string;
                /** @description Of the attempt, in seconds. */
                "webhook-timestamp": string;
                /** @description `v1,` and a signature over id, timestamp and raw body, for each secret that counts, with a space between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    data: {
                        /** @description Of what has one, as a booking or a group. */
                        revision?: number;
                        /** @description What it happened to: the id of a session, match or room. */
                        subject: string;
                    };
                    /**
                     * Format: date-time
                     * @description When it happened, as RFC 3339 writes it.
                     */
                    timestamp: string;
                    /** @constant */
                    type: "session.opened";
                };
            };
        };
        responses: {
            /** @description It was taken. Anything else is tried again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    webhook_session_reminded: {
        parameters: {
            query?: never;
            header: {
                /** @description The event's id, the same in each attempt: a second delivery is known by it. */
                "webhook-id": string;
                /** @description Of the attempt, in seconds. */
                "webhook-timestamp": string;
                /** @description `v1,` and a signature over id, timestamp and raw body, for each secret that counts, with a space between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    data: {
                        /**
                         * Format: int64
                         * @description How long before the start it was due, in milliseconds.
                         */
                        before_ms: number;
                        /** @description Of what has one, as a booking or a group. */
                        revision?: number;
                        /** @description What it happened to: the id of a session, match or room. */
                        subject: string;
                        /** @description Who was reminded. */
                        user_id?: components["schemas"]["UserId"] | null;
                    };
                    /**
                     * Format: date-time
                     * @description When it happened, as RFC 3339 writes it.
                     */
                    timestamp: string;
                    /** @constant */
                    type: "session.reminded";
                };
            };
        };
        responses: {
            /** @description It was taken. Anything else is tried again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    webhook_session_rescheduled: {
        parameters: {
            query?: never;
            header: {
                /** @description The event's id, the same in each attempt: a second delivery is known by it. */
                "webhook-id": string;
                /** @description Of the attempt, in seconds. */
                "webhook-timestamp": string;
                /** @description `v1,` and a signature over id, timestamp and raw body, for each secret that counts, with a space between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    data: {
                        /** @description Of what has one, as a booking or a group. */
                        revision?: number;
                        /** @description The chat room of the two. */
                        room_id: components["schemas"]["RoomId"];
                        /** @description What a ticket for it says. */
                        session: components["schemas"]["SessionSpec"];
                        /** @description What it happened to: the id of a session, match or room. */
                        subject: string;
                    };
                    /**
                     * Format: date-time
                     * @description When it happened, as RFC 3339 writes it.
                     */
                    timestamp: string;
                    /** @constant */
                    type: "session.rescheduled";
                };
            };
        };
        responses: {
            /** @description It was taken. Anything else is tried again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    webhook_session_scheduled: {
        parameters: {
            query?: never;
            header: {
                /** @description The event's id, the same in each attempt: a second delivery is known by it. */
                "webhook-id": string;
                /** @description Of the attempt, in seconds. */
                "webhook-timestamp": string;
                /** @description `v1,` and a signature over id, timestamp and raw body, for each secret that counts, with a space between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    data: {
                        /** @description Of what has one, as a booking or a group. */
                        revision?: number;
                        /** @description The chat room of the two. */
                        room_id: components["schemas"]["RoomId"];
                        /** @description What a ticket for it says. */
                        session: components["schemas"]["SessionSpec"];
                        /** @description What it happened to: the id of a session, match or room. */
                        subject: string;
                    };
                    /**
                     * Format: date-time
                     * @description When it happened, as RFC 3339 writes it.
                     */
                    timestamp: string;
                    /** @constant */
                    type: "session.scheduled";
                };
            };
        };
        responses: {
            /** @description It was taken. Anything else is tried again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    webhook_user_kicked: {
        parameters: {
            query?: never;
            header: {
                /** @description The event's id, the same in each attempt: a second delivery is known by it. */
                "webhook-id": string;
                /** @description Of the attempt, in seconds. */
                "webhook-timestamp": string;
                /** @description `v1,` and a signature over id, timestamp and raw body, for each secret that counts, with a space between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    data: {
                        /** @description Of what has one, as a booking or a group. */
                        revision?: number;
                        /** @description What it happened to: the id of a session, match or room. */
                        subject: string;
                        /** @description Of `joined`, `left` and `user.kicked`: who. */
                        user_id: components["schemas"]["UserId"] | null;
                    };
                    /**
                     * Format: date-time
                     * @description When it happened, as RFC 3339 writes it.
                     */
                    timestamp: string;
                    /** @constant */
                    type: "user.kicked";
                };
            };
        };
        responses: {
            /** @description It was taken. Anything else is tried again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    webhook_webhook_test: {
        parameters: {
            query?: never;
            header: {
                /** @description The event's id, the same in each attempt: a second delivery is known by it. */
                "webhook-id": string;
                /** @description Of the attempt, in seconds. */
                "webhook-timestamp": string;
                /** @description `v1,` and a signature over id, timestamp and raw body, for each secret that counts, with a space between. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    data: {
                        /** @description Of what has one, as a booking or a group. */
                        revision?: number;
                        /** @description What it happened to: the id of a session, match or room. */
                        subject: string;
                    };
                    /**
                     * Format: date-time
                     * @description When it happened, as RFC 3339 writes it.
                     */
                    timestamp: string;
                    /** @constant */
                    type: "webhook.test";
                };
            };
        };
        responses: {
            /** @description It was taken. Anything else is tried again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
}

/* SPDX-License-Identifier: MIT */
#include "tests/sandbox/telegram/methods.h"

#include <stdio.h>
#include <string.h>

bool method_get_me(struct call *call)
{
    struct json *me = bot_to_json(call->sim->bot_id);

    json_set_bool(me, "can_join_groups", true);
    json_set_bool(me, "can_read_all_group_messages", false);
    json_set_bool(me, "supports_inline_queries", false);
    json_set_bool(me, "can_connect_to_business", false);
    json_set_bool(me, "has_main_web_app", false);
    json_set_bool(me, "has_topics_enabled", false);
    return answer_give(call->answer, me);
}

bool method_get_chat(struct call *call)
{
    struct chat *chat = call_chat(call);
    struct json *types;
    struct json *out;

    if (!chat) {
        return false;
    }
    out = chat_to_json(&call->sim->world, chat);
    types = json_object();
    json_set_bool(types, "unlimited_gifts", false);
    json_set_bool(types, "limited_gifts", false);
    json_set_bool(types, "unique_gifts", false);
    json_set_bool(types, "premium_subscription", false);
    json_set_bool(types, "gifts_from_channels", false);
    json_set_int(out, "accent_color_id", 0);
    json_set_int(out, "max_reaction_count", 11);
    json_set(out, "accepted_gift_types", types);
    return answer_give(call->answer, out);
}

bool method_get_webhook_info(struct call *call)
{
    struct sim *sim = call->sim;
    struct json *names = updates_allowed_names(&sim->updates);
    struct json *out = json_object();

    json_set_text(out, "url", sim->webhook_url);
    json_set_bool(out, "has_custom_certificate", false);
    json_set_int(out, "pending_update_count",
                 (int64_t)updates_count(&sim->updates, sim_now_ms(sim)));
    if (sim->webhook_url[0] != '\0') {
        json_set_int(out, "max_connections", 40);
    }
    if (names) {
        json_set(out, "allowed_updates", names);
    }
    return answer_give(call->answer, out);
}

bool method_delete_webhook(struct call *call)
{
    struct sim *sim = call->sim;
    bool was_set = sim->webhook_url[0] != '\0';

    if (params_bool(call->params, "drop_pending_updates")) {
        updates_clear(&sim->updates);
    }
    sim->webhook_url[0] = '\0';
    sim_touch(sim, NULL);
    return answer_done(call->answer,
                       was_set ? "Webhook was deleted" : "Webhook is already deleted");
}

bool method_set_webhook(struct call *call)
{
    struct sim *sim = call->sim;
    const char *url = params_text(call->params, "url");
    struct json *allowed;
    bool same = strcmp(url, sim->webhook_url) == 0;

    if (*url == '\0') {
        return method_delete_webhook(call);
    }
    if (strncmp(url, "https://", strlen("https://")) != 0 ||
        strlen(url) >= sizeof(sim->webhook_url)) {
        return answer_refuse(call->answer, 400,
                             "Bad Request: bad webhook: An HTTPS URL must be provided for webhook");
    }
    allowed = params_json(call->params, "allowed_updates");
    (void)updates_allow(&sim->updates, allowed);
    json_free(allowed);
    if (params_bool(call->params, "drop_pending_updates")) {
        updates_clear(&sim->updates);
    }
    (void)snprintf(sim->webhook_url, sizeof(sim->webhook_url), "%s", url);
    poll_end_parked(sim, true);
    sim_touch(sim, NULL);
    return answer_done(call->answer, same ? "Webhook is already set" : "Webhook was set");
}

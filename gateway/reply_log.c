/* SPDX-License-Identifier: MIT */
#include "gateway/reply_log.h"

#include "shared/base/log.h"

void reply_log_settled(const struct delivery *delivery, enum delivery_state state,
                       const char *reason)
{
    const struct log_field fields[] = {
        LOG_INT("update_id", delivery->ref),
        LOG_INT("chat_id", delivery->chat_id),
        LOG_TEXT("entry", delivery->entry_id),
        LOG_TEXT("method", delivery->call),
        LOG_TEXT("why", reason),
        LOG_END,
    };

    if (state == DELIVERY_DEAD) {
        log_event(LOG_LEVEL_ERROR, "reply.dead", fields);
    } else if (state == DELIVERY_DROPPED) {
        log_event(LOG_LEVEL_WARN, "reply.dropped", fields);
    } else {
        log_info("reply.delivered", LOG_INT("update_id", delivery->ref),
                 LOG_INT("chat_id", delivery->chat_id), LOG_TEXT("method", delivery->call),
                 LOG_INT("message_id", delivery->message_id));
    }
}

void reply_log_again(const struct delivery *delivery, const struct delivery_outcome *outcome)
{
    const struct log_field fields[] = {
        LOG_INT("update_id", delivery->ref),
        LOG_INT("chat_id", delivery->chat_id),
        LOG_TEXT("entry", delivery->entry_id),
        LOG_TEXT("why", outcome->reason),
        LOG_TEXT("again", outcome->remedy ? outcome->remedy : "unchanged"),
        LOG_INT("wait_ms", outcome->wait_ms),
        LOG_END,
    };

    if (outcome->verdict.kind == VERDICT_FLOOD) {
        log_event(LOG_LEVEL_WARN, "reply.flood", fields);
    } else if (outcome->maybe_repeated) {
        log_event(LOG_LEVEL_WARN, "reply.maybe_repeated", fields);
    } else if (outcome->remedy) {
        log_event(LOG_LEVEL_INFO, "reply.changed", fields);
    } else {
        log_event(LOG_LEVEL_DEBUG, "reply.again", fields);
    }
}

void reply_log_gone(const struct delivery *delivery, size_t dead, const char *reason)
{
    log_warn("chat.gone", LOG_INT("update_id", delivery->ref),
             LOG_INT("chat_id", delivery->chat_id), LOG_INT("dead", (int64_t)dead),
             LOG_TEXT("why", reason));
}

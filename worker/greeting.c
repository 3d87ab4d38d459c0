/* SPDX-License-Identifier: MIT */
#include "worker/greeting.h"

#include "shared/base/backoff.h"
#include "shared/base/log.h"
#include "shared/base/stop.h"
#include "worker/beget/client.h"
#include "worker/chat/texts.h"
#include "worker/worker_health.h"

enum { LOOK_MS = 10000 /* after a call that failed: does the API answer again? */ };

/* What a person would be told, for the one who reads the log. */
static void warn(const struct worker_settings *settings, enum beget_failure failure,
                 const char *said)
{
    struct buf text;

    if (failure == BEGET_STOPPED) {
        return;
    }
    buf_init(&text, 4096);
    text_plain(&text, LANGUAGE_EN, text_of_failure(failure),
               TEXT_ARGS({"name", settings->beget_login}, {"text", said}));
    LOG_AT(beget_failure_needs_person(failure) ? LOG_LEVEL_ERROR : LOG_LEVEL_WARN, "beget.waiting",
           LOG_TEXT("address", settings->beget_api_url),
           LOG_TEXT("outcome", beget_failure_name(failure)), LOG_TEXT("why", buf_text(&text)));
    buf_free(&text);
}

static void say_ready(const struct worker_settings *settings, const struct json *account)
{
    const char *plan = json_text(account, "plan_name");

    log_info("beget.ready", LOG_TEXT("login", settings->beget_login),
             LOG_TEXT("plan", plan ? plan : "?"));
}

bool greeting_say(const struct worker_settings *settings, struct health *health,
                  struct queue *queue, struct err *err)
{
    const struct beget_options options = {.api_url = settings->beget_api_url,
                                          .login = settings->beget_login,
                                          .password = settings->beget_password,
                                          .timeout_ms = settings->beget_timeout_s * 1000,
                                          .calls_per_minute = settings->beget_rate_per_minute,
                                          .health = health,
                                          .check = WORKER_BEGET};
    const struct beget_call_options call = {.fresh = true};
    struct backoff backoff = {.first_ms = 2000, .most_ms = 300000};
    struct beget_client *client = beget_client_new(&options, queue, err);
    enum beget_failure failure = BEGET_NO_ANSWER;

    if (!client) {
        return false;
    }
    while (failure != BEGET_OK && !stop_requested()) {
        struct beget_answer answer = {.failure = BEGET_NO_ANSWER};
        struct err why = ERR_INIT;

        if (!beget_call(client, BEGET_ACCOUNT_INFO, NULL, 0, &call, &answer, &why)) {
            (void)stop_wait_ms(backoff_next_ms(&backoff, backoff_random()));
            continue; /* Redis: the runners say so */
        }
        failure = answer.failure;
        if (failure == BEGET_OK) {
            say_ready(settings, answer.result);
        } else {
            warn(settings, failure, answer.text);
            (void)stop_wait_ms(backoff_next_ms(&backoff, backoff_random()));
        }
        beget_answer_free(&answer);
    }
    beget_client_free(client);
    return true;
}

bool greeting_repeat(const struct worker_settings *settings, struct health *health,
                     struct queue *queue, struct err *err)
{
    struct health_state state;
    bool ok = true;

    while (ok && !stop_wait_ms(LOOK_MS)) {
        health_read(health, WORKER_BEGET, &state);
        ok = state.mark != HEALTH_FAILED || greeting_say(settings, health, queue, err);
    }
    return ok;
}

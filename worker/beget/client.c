/* SPDX-License-Identifier: MIT */
#include "worker/beget/client.h"

#include "shared/base/clock.h"
#include "shared/base/log.h"
#include "shared/base/mem.h"
#include "shared/base/stop.h"
#include "shared/io/http.h"
#include "worker/beget/api_state.h"
#include "worker/beget/cache.h"
#include "worker/beget/request.h"
#include "worker/beget/retry.h"
#include "worker/worker_metrics.h"

#include <assert.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    INPUT_MAX_BYTES = 1024 * 1024,
    FORM_MAX_BYTES = 4 * INPUT_MAX_BYTES, /* three bytes for one, and the login            */
    BODY_MAX_BYTES = 8 * 1024 * 1024,     /* twice what the largest lists are said to need */
    LIMIT_WAIT_MS = 30000,                /* for the account's limit, in all               */
    LIMIT_LOOK_MS = 1000,                 /* how often the limit is asked while waiting    */
    REPEAT_PAUSE_MS = 250,                /* a restarting server has closed its old port   */
};

/*
 * How long nobody calls after LIMIT_ERROR. The API says neither when its
 * minute began nor how long a penalty lasts. Ten seconds give a sliding window
 * ten calls back, and leave room for a second wait within LIMIT_WAIT_MS.
 */
enum { LIMIT_PENALTY_MS = 10000 };

struct beget_client {
    struct beget_options options;
    struct queue *queue; /* borrowed */
    struct http_client *http;
    char remark[sizeof(((struct queue_turn *)NULL)->remark)]; /* the last one that was logged */
    struct call_list calls;
};

/* One beget_call() under way. */
struct call {
    struct beget_client *client;
    enum beget_method method;
    const struct beget_method_row *row;       /* of `method` */
    const struct beget_call_options *options; /* never NULL                             */
    const char *input;                        /* input_data                             */
    int64_t began_ms;                         /* monotonic                              */
    int64_t waited_ms;                        /* for the limit                          */
    bool slow_said;                           /* slow() was called                      */
    int64_t tries;                            /* requests started                       */
    int http_status;                          /* of the last answer; 0 for none         */
    struct err why;                           /* the last request did not get an answer */
};

struct beget_client *beget_client_new(const struct beget_options *options, struct queue *queue,
                                      struct err *err)
{
    struct http_client *http = http_client_new(err);
    struct beget_client *client;

    if (!http) {
        return NULL;
    }
    client = xcalloc(1, sizeof(*client));
    *client = (struct beget_client){.options = *options, .queue = queue, .http = http};
    return client;
}

void beget_client_free(struct beget_client *client)
{
    if (!client) {
        return;
    }
    http_client_free(client->http);
    free(client);
}

struct call_list *beget_calls(struct beget_client *client)
{
    return &client->calls;
}

/* ---- waiting ---- */

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Milliseconds until slow() is due; far away when it is not wanted or was called. */
static int64_t slow_left_ms(const struct call *call)
{
    int64_t left;

    if (!call->options->slow || call->slow_said) {
        return INT64_MAX;
    }
    left = call->began_ms + call->options->slow_after_ms - clock_monotonic_ms();
    return left > 0 ? left : 0;
}

static void say_slow_when_due(struct call *call)
{
    if (call->options->slow && slow_left_ms(call) == 0) {
        call->slow_said = true; /* before the call: it may take a while itself */
        call->options->slow(call->options->context);
    }
}

/* What poll() and http_wait() know as no descriptor is -1. */
static int abandon_fd(const struct call *call)
{
    return call->options->abandon_fd > 0 ? call->options->abandon_fd : -1;
}

static bool abandoned(const struct call *call)
{
    struct pollfd fd = {.fd = abandon_fd(call), .events = POLLIN};

    return poll(&fd, 1, 0) > 0;
}

static bool stopped(const struct call *call, struct err *err)
{
    return err_set(err, ERR_STOPPED, "%s: %s", call->row->label,
                   stop_requested() ? "shutting down" : "abandoned");
}

/* Sleeps up to `ms`. True as soon as the call is to end: shutdown, or nobody wants it. */
static bool wait_ms(const struct call *call, int64_t ms)
{
    struct pollfd fds[] = {{.fd = stop_fd(), .events = POLLIN},
                           {.fd = abandon_fd(call), .events = POLLIN}};
    int64_t until = clock_monotonic_ms() + ms;
    int64_t left = ms;

    while (!stop_requested() && !abandoned(call)) {
        if (left <= 0) {
            return false;
        }
        (void)poll(fds, ARRAY_LEN(fds), (int)left); /* EINTR: look again */
        left = until - clock_monotonic_ms();
    }
    return true;
}

/* Lets `ms` pass. Fails: ERR_STOPPED. */
static bool pause_for(struct call *call, int64_t ms, struct err *err)
{
    int64_t until = clock_monotonic_ms() + ms;
    int64_t left = ms;

    while (left > 0) {
        if (wait_ms(call, smaller(left, slow_left_ms(call)))) {
            return stopped(call, err);
        }
        say_slow_when_due(call);
        left = until - clock_monotonic_ms();
    }
    return true;
}

/* Once for each remark: it comes with every call until somebody has acted on it. */
static void note_remark(struct beget_client *client, const char *remark)
{
    if (strcmp(client->remark, remark) == 0) {
        return;
    }
    (void)snprintf(client->remark, sizeof(client->remark), "%s", remark);
    if (remark[0] != '\0') {
        log_warn("beget.limits_ignored", LOG_TEXT("why", remark));
    }
}

/*
 * Takes the method's cost from the account's bucket. *out_go false: that would
 * take longer than this call may wait. Fails: as redis_run(), ERR_STOPPED.
 */
static bool wait_turn(struct call *call, bool *out_go, struct err *err)
{
    const struct beget_options *options = &call->client->options;
    const struct queue_window minute = {.calls = options->calls_per_minute, .window_ms = 60000};
    int taken = 0;

    while (taken < call->row->cost) {
        struct queue_turn turn;
        int64_t wait_ms;

        if (!queue_limit(call->client->queue, options->login, &minute, 1, &turn, err)) {
            return false;
        }
        note_remark(call->client, turn.remark);
        wait_ms = turn.wait_ms;
        if (wait_ms <= 0) {
            taken++;
            continue;
        }
        if (wait_ms > LIMIT_WAIT_MS - call->waited_ms) {
            *out_go = false;
            return true;
        }
        /* Asked again and again: somebody else may take the turn, or the wait may be lifted. */
        wait_ms = smaller(wait_ms, LIMIT_LOOK_MS);
        call->waited_ms += wait_ms;
        metrics_add(WORKER_METRIC_LIMITER_WAIT, 0, 0, wait_ms);
        if (!pause_for(call, wait_ms, err)) {
            return false;
        }
    }
    *out_go = true;
    return true;
}

/* ---- one request ---- */

static struct http_exchange *start(struct call *call)
{
    const struct beget_options *options = &call->client->options;
    size_t root_len = strlen(options->api_url);
    struct http_exchange *exchange;
    struct http_request request;
    struct buf form;
    struct buf url;

    while (root_len > 0 && options->api_url[root_len - 1] == '/') {
        root_len--;
    }
    buf_init(&url, root_len + 256);
    buf_init(&form, FORM_MAX_BYTES);
    buf_addf(&url, "%.*s/%s/%s", (int)root_len, options->api_url, call->row->section,
             call->row->method);
    beget_request_form(options->login, options->password, call->input, &form);
    assert(buf_ok(&form) && buf_ok(&url));
    request = (struct http_request){
        .label = call->row->label,
        .url = buf_text(&url),
        .content_type = "application/x-www-form-urlencoded",
        .body = buf_text(&form),
        .body_len = form.len,
        .timeout_ms = options->timeout_ms,
        .max_body_bytes = BODY_MAX_BYTES,
    };
    call->tries++;
    exchange = http_start(call->client->http, &request, NULL, &call->why);
    beget_request_wipe(&form);
    buf_free(&url);
    return exchange;
}

/* An error text that repeats the password is not worth keeping. */
static void hide_password(const struct call *call, struct beget_answer *answer)
{
    const char *password = call->client->options.password;

    if (password[0] != '\0' && strstr(answer->text, password)) {
        answer->text[0] = '\0';
    }
}

static void read_exchange(struct call *call, const struct http_exchange *exchange,
                          struct beget_answer *out)
{
    const struct http_response *response;
    bool answered = http_exchange_result(exchange, &response, &call->why);

    call->http_status = response->status;
    if (answered) {
        beget_answer_read(response->status, response->body.data, response->body.len, out);
        if (call->row->class != BEGET_CLASS_READ) {
            beget_answer_refuse_false(out);
        }
        hide_password(call, out);
    } else if (call->why.kind == ERR_REJECT) {
        out->failure = BEGET_UNREADABLE; /* larger than any answer can be */
    } else {
        out->failure = response->sent ? BEGET_NO_ANSWER : BEGET_NOT_SENT;
    }
}

/*
 * Makes one request and fills `out`. A read is abandoned on shutdown; a change
 * that is on its way is waited for, so that its outcome is known. A call that
 * its caller has abandoned ends in either case: what it found out would be
 * thrown away. Fails: ERR_STOPPED
 */
static bool exchange_once(struct call *call, struct beget_answer *out, struct err *err)
{
    bool until_stop = call->row->class == BEGET_CLASS_READ;
    struct http_exchange *started;
    struct http_exchange *ended = NULL;
    int64_t began_ms = clock_monotonic_ms();

    call->why = ERR_INIT;
    call->http_status = 0;
    *out = (struct beget_answer){.failure = BEGET_NOT_SENT};
    if (abandoned(call)) {
        return stopped(call, err);
    }
    started = start(call);
    if (!started) {
        return true;
    }
    for (;;) {
        ended = http_wait(call->client->http, slow_left_ms(call), abandon_fd(call), until_stop);
        if (ended) {
            break;
        }
        if ((until_stop && stop_requested()) || abandoned(call)) {
            http_exchange_free(started);
            return stopped(call, err);
        }
        say_slow_when_due(call);
    }
    assert(ended == started); /* one client, one call */
    read_exchange(call, ended, out);
    http_exchange_free(ended);
    metrics_add(WORKER_METRIC_BEGET_REQUESTS, call->method, out->failure, 1);
    metrics_observe(WORKER_METRIC_BEGET_DURATION, call->method, 0, clock_monotonic_ms() - began_ms);
    return true;
}

/* ---- the call ---- */

/* The outcome must not get lost over a Redis that is away: the next caller meets the limit, too. */
static void slow_everybody_down(const struct call *call)
{
    const struct beget_client *client = call->client;
    struct err err = ERR_INIT;

    if (!queue_limit_hit(client->queue, client->options.login, LIMIT_PENALTY_MS, &err)) {
        log_warn("beget.limit_not_shared", LOG_TEXT("why", err.message));
    }
}

/* There is no turn in time. What an earlier request met is not the reason, unless it was the limit.
 */
static void give_up_waiting(struct beget_answer *out)
{
    if (out->failure != BEGET_LIMIT) {
        beget_answer_free(out);
        out->failure = BEGET_LIMIT;
    }
}

/*
 * A change that something keeps from being repeated was not sent, and that is
 * certain: whoever took the request over would have to doubt it.
 */
static bool keeps_outcome(const struct call *call)
{
    return call->row->class != BEGET_CLASS_READ && !abandoned(call);
}

/* Calls until there is an outcome. Fails: as redis_run(), ERR_STOPPED. */
static bool call_until_settled(struct call *call, struct beget_answer *out, struct err *err)
{
    struct beget_tries tries = {0};
    enum beget_next next = BEGET_NEXT_REPEAT;
    bool go;

    while (next != BEGET_NEXT_GIVE_UP) {
        go = call->options->turn_taken && out->failure == BEGET_NOT_SENT;
        if (!go && !wait_turn(call, &go, err)) {
            return call->tries > 0 && keeps_outcome(call);
        }
        if (!go) {
            give_up_waiting(out);
            return true;
        }
        beget_answer_free(out);
        if (!exchange_once(call, out, err)) {
            return false;
        }
        if (out->failure == BEGET_LIMIT) {
            slow_everybody_down(call);
        }
        next = beget_next(out->failure, call->row->class, tries);
        tries.repeated = tries.repeated || next == BEGET_NEXT_REPEAT;
        tries.waited = tries.waited || next == BEGET_NEXT_WAIT;
        if (next == BEGET_NEXT_REPEAT && !pause_for(call, REPEAT_PAUSE_MS, err)) {
            return keeps_outcome(call);
        }
    }
    return true;
}

bool beget_take_turn(struct beget_client *client, enum beget_method method,
                     const struct beget_call_options *options, bool *out_go, struct err *err)
{
    struct call call = {.client = client,
                        .method = method,
                        .row = &BEGET_METHODS[method],
                        .options = options,
                        .began_ms = clock_monotonic_ms()};

    return wait_turn(&call, out_go, err);
}

static bool answer_from_cache(struct call *call, struct beget_answer *out, struct err *err)
{
    struct json *kept = NULL;

    if (call->options->fresh) {
        return true;
    }
    if (!beget_cache_find(call->client->queue, call->row, call->input, &kept, err)) {
        return false;
    }
    if (call->row->cache_s > 0) {
        metrics_add(WORKER_METRIC_CACHE_LOOKUPS, call->method, kept != NULL, 1);
    }
    if (kept) {
        *out = (struct beget_answer){.failure = BEGET_OK, .document = kept, .result = kept};
    }
    return true;
}

static enum log_level level_of(enum beget_failure failure)
{
    if (beget_failure_needs_person(failure)) {
        return LOG_LEVEL_ERROR;
    }
    return beget_failure_is_trouble(failure) ? LOG_LEVEL_WARN : LOG_LEVEL_INFO;
}

/* "beget dns/getData": whoever reads it knows that it is about Beget. */
static const char *method_name(const struct call *call)
{
    return strchr(call->row->label, ' ') + 1;
}

static void log_call(const struct call *call, const struct beget_answer *answer, int64_t update_id)
{
    const char *why = answer->text[0] != '\0' ? answer->text : call->why.message;

    LOG_AT(level_of(answer->failure), "beget.call", LOG_TEXT("method", method_name(call)),
           LOG_TEXT("outcome", beget_failure_name(answer->failure)),
           LOG_INT("ms", clock_monotonic_ms() - call->began_ms), LOG_INT("update_id", update_id),
           LOG_TEXT("cached", answer->failure == BEGET_OK && call->tries == 0 ? "yes" : "no"),
           LOG_INT("tries", call->tries), LOG_INT("waited_ms", call->waited_ms),
           LOG_TEXT("why", why));
}

/* A cached answer says nothing of the API. */
static void note_state(const struct call *call, const struct beget_answer *answer)
{
    const struct beget_options *options = &call->client->options;
    const char *said = answer->text[0] != '\0' ? answer->text : call->why.message;
    char why[BEGET_API_WHY_SIZE];

    switch (beget_api_state_of(answer->failure)) {
    case BEGET_API_UNKNOWN:
        break;
    case BEGET_API_GOOD:
        if (call->tries > 0) {
            health_ok(options->health, options->check);
        }
        break;
    case BEGET_API_BAD:
        beget_api_why(answer->failure, method_name(call), said, why);
        health_failed(options->health, options->check, why);
        break;
    }
}

static void note_call(const struct call *call, const struct beget_answer *answer,
                      const struct beget_argument arguments[])
{
    const struct beget_parameter *first = &call->row->parameters[0];
    int64_t took_ms = clock_monotonic_ms() - call->began_ms;
    char number[24] = "";

    if (first->type == BEGET_PARAMETER_INT) {
        (void)snprintf(number, sizeof(number), "%" PRId64, arguments[0].number);
    }
    call_list_add(&call->client->calls,
                  &(struct made_call){
                      .method = method_name(call),
                      .target = first->type == BEGET_PARAMETER_TEXT ? arguments[0].text : number,
                      .outcome = beget_failure_name(answer->failure),
                      .at_ms = clock_unix_ms() - took_ms,
                      .took_ms = took_ms,
                      .waited_ms = call->waited_ms,
                      .tries = call->tries,
                      .http_status = call->http_status,
                      .cached = answer->failure == BEGET_OK && call->tries == 0,
                  });
}

bool beget_call(struct beget_client *client, enum beget_method method,
                const struct beget_argument arguments[], int64_t update_id,
                const struct beget_call_options *options, struct beget_answer *out, struct err *err)
{
    static const struct beget_call_options DEFAULTS = {0};
    struct call call = {.client = client, .began_ms = clock_monotonic_ms()};
    struct buf input;
    bool ok;

    assert(method < BEGET_METHOD_COUNT);
    call.method = method;
    call.row = &BEGET_METHODS[method];
    call.options = options ? options : &DEFAULTS;
    *out = (struct beget_answer){.failure = BEGET_NOT_SENT};
    buf_init(&input, INPUT_MAX_BYTES);
    beget_request_input(call.row, arguments, &input);
    assert(buf_ok(&input));
    call.input = buf_text(&input);
    ok = answer_from_cache(&call, out, err);
    if (ok && !out->document) {
        ok = call_until_settled(&call, out, err);
        if (ok && out->failure == BEGET_OK) {
            beget_cache_save(client->queue, call.row, call.input, out->result);
        }
    }
    if (!ok) {
        beget_answer_free(out);
        out->failure = err->kind == ERR_STOPPED ? BEGET_STOPPED : BEGET_NOT_SENT;
    }
    if (ok || err->kind == ERR_STOPPED) {
        log_call(&call, out, update_id);
        note_state(&call, out);
        note_call(&call, out, arguments);
    }
    buf_free(&input);
    return ok;
}

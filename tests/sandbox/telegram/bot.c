/* SPDX-License-Identifier: MIT */
#include "tests/sandbox/telegram/bot.h"

#include "shared/base/log.h"
#include "tests/sandbox/telegram/methods.h"
#include "tests/sandbox/telegram/validator.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { PARAMS_MAX_BYTES = 1 << 20, STATUS_NO_ANSWER = -1 };

/* One request on its way. */
struct exchange {
    struct sim *sim;
    const char *method; /* as in bot_api.json */
    struct params params;
    struct answer answer;
    struct httpd_response *response;
    int64_t n;              /* in the log */
    struct request_end end; /* of it      */
};

/* ---- violations: what Telegram forgives and we do not ---- */

static void record(struct exchange *exchange, const char *problem)
{
    struct sim *sim = exchange->sim;

    request_log_violation(&sim->log, exchange->n, exchange->method, problem);
    log_warn("request.violation", LOG_TEXT("method", exchange->method),
             LOG_TEXT("problem", problem));
    sim_touch(sim, NULL);
}

/* Limits that the table of methods does not have. */
static void check_habits(struct exchange *exchange)
{
    const struct params *params = &exchange->params;
    struct json *allowed = params_json(params, "allowed_updates");
    struct json *markup = params_json(params, "reply_markup");
    struct update_queue probe = exchange->sim->updates; /* its numbers change, its list does not */
    const char *unknown = updates_allow(&probe, allowed);
    int64_t limit = params_int(params, "limit", UPDATES_LIMIT);
    const struct json *row;
    char problem[PROBLEM_SIZE];

    if (unknown) {
        (void)snprintf(problem, sizeof(problem), "allowed_updates: \"%.100s\" is no kind of update",
                       unknown);
        record(exchange, problem);
    }
    if (limit < 1 || limit > UPDATES_LIMIT) {
        record(exchange, "limit: not 1 to 100");
    }
    for (row = json_first(json_at(markup, "inline_keyboard")); row; row = json_next(row)) {
        if (json_count(row) > 8) {
            record(exchange, "reply_markup: more than 8 buttons in a row are not shown");
        }
    }
    json_free(allowed);
    json_free(markup);
}

static void record_problems(struct exchange *exchange, const struct problems *problems,
                            bool only_if_accepted)
{
    for (size_t i = 0; i < problems->count; i++) {
        if (problems->items[i].only_if_accepted == only_if_accepted) {
            record(exchange, problems->items[i].text);
        }
    }
}

/* ---- faults ---- */

/* Makes up the answer of a fault that replaces the request. */
static void answer_fault(struct exchange *exchange, const struct fault *fault)
{
    const struct fault_kind *kind = fault->kind;
    struct answer *answer = &exchange->answer;

    exchange->response->fate = kind->fate;
    if (kind->body) {
        exchange->response->status = kind->status ? kind->status : 200;
        exchange->response->content_type = "text/html";
        buf_addf(&exchange->response->body, "%s", kind->body);
        return;
    }
    if (kind->status == 429) {
        (void)answer_flood(answer, fault->retry_after > 0 ? fault->retry_after : 1);
    } else {
        (void)answer_refuse(answer, kind->status, "%s",
                            fault->description[0] ? fault->description : kind->description);
    }
    answer_write(answer, exchange->response);
}

/* Spoils an answer that has been written. */
static void spoil(struct exchange *exchange, const struct fault_kind *kind)
{
    struct buf *body = &exchange->response->body;

    exchange->response->fate = kind->fate;
    if (kind->body) {
        size_t max = body->max;

        buf_free(body);
        buf_init(body, max);
    }
    if (kind->half_body && body->len > 0) {
        body->len /= 2;
        body->data[body->len] = '\0';
    }
}

/* ---- the request ---- */

static int64_t unix_us(void)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Lets the method have its effect, without writing the answer. */
static void take_effect(struct exchange *exchange)
{
    struct call call = {
        .sim = exchange->sim, .params = &exchange->params, .answer = &exchange->answer};

    exchange->end.effect = method_find(exchange->method)(&call);
    (void)json_int(exchange->answer.result, "message_id", &exchange->end.message_id);
}

static void run_method(struct exchange *exchange)
{
    take_effect(exchange);
    answer_write(&exchange->answer, exchange->response);
}

static void run_instead(struct exchange *exchange, const struct fault *fault)
{
    if (fault->effect) {
        take_effect(exchange);
        answer_free(&exchange->answer);
        answer_init(&exchange->answer);
    }
    answer_fault(exchange, fault);
}

static void run_with_fault(struct exchange *exchange, const struct fault *fault)
{
    exchange->end.fault = fault->kind->name;
    log_info("request.fault", LOG_TEXT("method", exchange->method),
             LOG_TEXT("kind", fault->kind->name));
    switch (fault->kind->effect) {
    case FAULT_INSTEAD:
        run_instead(exchange, fault);
        break;
    case FAULT_AROUND:
        run_method(exchange);
        spoil(exchange, fault->kind);
        break;
    case FAULT_BEFORE:
        sim_pause(exchange->sim, fault->ms);
        run_method(exchange);
        break;
    case FAULT_AFTER:
        run_method(exchange);
        sim_pause(exchange->sim, fault->ms);
        break;
    }
}

/* With the lock held. */
static void run(struct exchange *exchange)
{
    struct sim *sim = exchange->sim;
    struct problems problems = {.count = 0};
    int64_t chat_id = params_int(&exchange->params, "chat_id", 0);
    struct fault fault;

    exchange->n = request_log_begin(&sim->log, exchange->method, params_to_json(&exchange->params),
                                    unix_us());
    sim_notify(sim);
    validator_check(sim->schema, exchange->method, &exchange->params, &problems);
    record_problems(exchange, &problems, false);
    check_habits(exchange);
    if (faults_take(&sim->faults, exchange->method, chat_id, &fault)) {
        sim_touch(sim, NULL);
        run_with_fault(exchange, &fault);
    } else {
        run_method(exchange);
    }
    if (exchange->answer.result) {
        record_problems(exchange, &problems, true);
    }
    exchange->end.status =
        exchange->response->fate == HTTPD_DROP ? STATUS_NO_ANSWER : exchange->response->status;
    request_log_end(&sim->log, exchange->n, &exchange->end, unix_us());
    sim_notify(sim);
    log_info("request.answered", LOG_TEXT("method", exchange->method),
             LOG_INT("status", exchange->end.status),
             LOG_TEXT("description", exchange->answer.description));
    problems_free(&problems);
}

static void refuse(struct httpd_response *response, int status, const char *description)
{
    struct answer answer;

    answer_init(&answer);
    (void)answer_refuse(&answer, status, "%s", description);
    answer_write(&answer, response);
    answer_free(&answer);
}

/* What follows the token in /bot<token>/<method>; NULL after refusing. */
static const char *find_method(const struct sim *sim, const char *path,
                               struct httpd_response *response)
{
    const char *token = path + strlen("/bot");
    size_t token_len = strcspn(token, "/");
    size_t digits = strspn(token, "0123456789");

    if (digits == 0 || token[digits] != ':' || token[token_len] == '\0') {
        refuse(response, 404, "Not Found");
        return NULL;
    }
    if (token_len != strlen(sim->token) || memcmp(token, sim->token, token_len) != 0) {
        log_warn("request.unauthorized", LOG_INT("status", 401));
        refuse(response, 401, "Unauthorized");
        return NULL;
    }
    return token + token_len + 1;
}

static void add_query(void *context, const char *name, const char *value)
{
    params_add(context, name, value, PARAM_PLAIN);
}

static bool is_method_allowed(const struct httpd_request *request)
{
    return strcmp(request->method, "GET") == 0 || strcmp(request->method, "POST") == 0;
}

void bot_handle(struct sim *sim, const struct httpd_request *request,
                struct httpd_response *response)
{
    struct exchange exchange = {.sim = sim, .response = response};
    const char *method;

    if (!is_method_allowed(request)) {
        response->status = 501;
        return;
    }
    if (request->body_len > PARAMS_MAX_BYTES && !strstr(request->content_type, "multipart")) {
        response->status = 413;
        return;
    }
    method = find_method(sim, request->path, response);
    if (!method) {
        return;
    }
    exchange.method = validator_method_name(sim->schema, method);
    if (!exchange.method || !method_find(exchange.method)) {
        log_warn("request.unknown_method", LOG_TEXT("method", method));
        refuse(response, 404, "Not Found: method not found");
        return;
    }
    httpd_each_query(request, add_query, &exchange.params);
    params_read_body(&exchange.params, request->content_type, request->body, request->body_len);
    if (params_are_utf8(&exchange.params)) {
        answer_init(&exchange.answer);
        (void)pthread_mutex_lock(&sim->lock);
        run(&exchange);
        (void)pthread_mutex_unlock(&sim->lock);
        answer_free(&exchange.answer);
    } else {
        refuse(response, 400, "Bad Request: strings must be encoded in UTF-8");
    }
    params_free(&exchange.params);
}

/* SPDX-License-Identifier: MIT */
/* /api/{section}/{method}: from parameters to an answer, with the faults on the way. */
#include "tests/sandbox/beget/sim.h"

#include "shared/base/log.h"
#include "shared/base/stop.h"
#include "shared/io/json.h"
#include "tests/sandbox/beget/envelope.h"
#include "tests/sandbox/beget/methods.h"
#include "tests/sandbox/beget/params.h"

#include <stdio.h>
#include <string.h>

static const char HTML[] = "text/html; charset=UTF-8";
static const char PLAIN[] = "text/plain; charset=UTF-8";

/* Common parameters, which are no arguments of a method. */
static const char *const COMMON[] = {"login",         "passwd",     "input_format",
                                     "output_format", "input_data", NULL};

/* One request under way. */
struct exchange {
    struct sim *sim;
    struct params params;            /* owned                                            */
    char path[LOG_METHOD_SIZE];      /* "section/method"                                 */
    struct json *input;              /* owned; the arguments, NULL when not JSON         */
    struct httpd_response *response; /* being filled                                     */
    char outcome[LOG_OUTCOME_SIZE];  /* for the log                                      */
    bool effect;                     /* the account was changed                          */
};

/* ---- reading ---- */

static void add_parameter(void *context, const char *name, const char *value)
{
    params_add(context, name, value);
}

static void read_params(struct exchange *exchange, const struct httpd_request *request)
{
    static const char MULTIPART[] = "multipart/form-data";

    httpd_each_query(request, add_parameter, &exchange->params);
    if (strncmp(request->content_type, MULTIPART, strlen(MULTIPART)) == 0) {
        params_add_multipart(&exchange->params, request->content_type, request->body,
                             request->body_len);
    } else {
        params_add_urlencoded(&exchange->params, request->body, request->body_len);
    }
}

static bool is_json_format(const struct exchange *exchange)
{
    const char *format = params_get(&exchange->params, "input_format");

    return format && strcmp(format, "json") == 0;
}

/* The arguments as an object; NULL when input_data is not one. */
static void read_input(struct exchange *exchange)
{
    const char *text = params_get(&exchange->params, "input_data");
    struct err err = ERR_INIT;

    if (!is_json_format(exchange)) {
        exchange->input = params_tree(&exchange->params, COMMON);
    } else if (!text || text[0] == '\0') {
        exchange->input = json_object();
    } else {
        exchange->input = json_parse(text, strlen(text), &err);
        if (json_type(exchange->input) == JSON_LIST && json_count(exchange->input) == 0) {
            json_free(exchange->input);
            exchange->input = json_object(); /* to PHP the same */
        }
    }
}

/* ---- answering ---- */

static void say(struct exchange *exchange, int status, const char *content_type, const char *body,
                const char *outcome)
{
    exchange->response->status = status;
    exchange->response->content_type = content_type;
    buf_free(&exchange->response->body);
    buf_add(&exchange->response->body, body, strlen(body));
    (void)snprintf(exchange->outcome, sizeof(exchange->outcome), "%s", outcome);
}

static void say_error(struct exchange *exchange, const char *code, const char *text)
{
    envelope_error(code, text, &exchange->response->body);
    (void)snprintf(exchange->outcome, sizeof(exchange->outcome), "outer:%s", code);
}

static void say_refused(struct exchange *exchange, const struct refusal *refusal)
{
    envelope_refused(refusal, &exchange->response->body);
    (void)snprintf(exchange->outcome, sizeof(exchange->outcome), "inner:%s", refusal->code);
}

static bool has_known_formats(const struct exchange *exchange)
{
    const char *in = params_get(&exchange->params, "input_format");
    const char *out = params_get(&exchange->params, "output_format");

    return (!in || in[0] == '\0' || strcmp(in, "json") == 0 || strcmp(in, "plain") == 0) &&
           (!out || out[0] == '\0' || strcmp(out, "json") == 0);
}

static bool is_authorized(const struct exchange *exchange)
{
    const char *login = params_get(&exchange->params, "login");
    const char *password = params_get(&exchange->params, "passwd");

    return login && password && strcmp(login, exchange->sim->options.login) == 0 &&
           strcmp(password, exchange->sim->password) == 0;
}

/* Calls the method. The lock is held. */
static void run_method(struct exchange *exchange, const struct method *method)
{
    struct call call = {
        .account = &exchange->sim->account,
        .modes = &exchange->sim->modes,
        .input = exchange->input,
        .now_ms = sim_now_ms(exchange->sim),
    };

    method_call(method, &call);
    if (call.refusal.code) {
        say_refused(exchange, &call.refusal);
        return;
    }
    envelope_success(call.result, &exchange->response->body);
    (void)snprintf(exchange->outcome, sizeof(exchange->outcome), "success");
    exchange->effect = method->changes;
    json_free(call.result);
}

/* The answer of an API without faults. The lock is held. */
static void answer(struct exchange *exchange)
{
    static const struct refusal TOO_MANY = {.code = "LIMIT_ERROR",
                                            .text = "Requests limit exceeded"};
    struct sim *sim = exchange->sim;
    const struct method *method = method_find(exchange->path);

    exchange->response->content_type = HTML;
    if (!has_known_formats(exchange)) {
        say(exchange, 500, HTML,
            "<html><head><title>500 Internal Server Error</title></head><body></body></html>",
            "http:500");
    } else if (!strchr(exchange->path, '/')) {
        say_error(exchange, "INCORRECT_REQUEST", "Incorrect request");
    } else if (!is_authorized(exchange)) {
        say_error(exchange, "AUTH_ERROR", "Username/password incorrect");
    } else if (!method) {
        say_error(exchange, "NO_SUCH_METHOD", "No such method");
    } else if (sim->modes.rate == SWITCH_ON && !rate_allow(&sim->rate, sim_now_ms(sim))) {
        say_refused(exchange, &TOO_MANY);
    } else if (json_type(exchange->input) != JSON_OBJECT) {
        say(exchange, 500, PLAIN, "Cannot parse the JSON input params", "http:500");
    } else {
        run_method(exchange, method);
    }
}

/* ---- faults ---- */

/* Waits; false when the simulator is to stop, and then nothing more happens. */
static bool wait_ms(struct exchange *exchange, int64_t ms)
{
    if (!stop_wait_ms(ms)) {
        return true;
    }
    exchange->response->fate = HTTPD_DROP;
    (void)snprintf(exchange->outcome, sizeof(exchange->outcome), "drop");
    return false;
}

static void strike(struct exchange *exchange, const struct fault_kind *kind)
{
    if (kind->body) {
        say(exchange, kind->status, HTML, kind->body, kind->outcome);
    } else if (kind->outcome) {
        (void)snprintf(exchange->outcome, sizeof(exchange->outcome), "%s", kind->outcome);
    }
    exchange->response->fate = kind->fate;
}

static void run_with_fault(struct exchange *exchange, const struct fault *fault)
{
    struct sim *sim = exchange->sim;

    if (fault->kind && fault->kind->wait == FAULT_WAIT_BEFORE && !wait_ms(exchange, fault->ms)) {
        return;
    }
    if (!fault->kind || fault->runs) {
        (void)pthread_mutex_lock(&sim->lock);
        answer(exchange);
        (void)pthread_mutex_unlock(&sim->lock);
    }
    if (fault->kind) {
        strike(exchange, fault->kind);
    }
    if (fault->kind && fault->kind->wait == FAULT_WAIT_AFTER) {
        (void)wait_ms(exchange, fault->ms);
    }
}

/* ---- public ---- */

/* "section/method" of "/api/section/method"; less when there is less, cut when too long. */
static void read_path(const char *path, char out[LOG_METHOD_SIZE])
{
    (void)snprintf(out, LOG_METHOD_SIZE, "%s", path + strlen("/api/"));
}

void api_handle(struct sim *sim, const struct httpd_request *request,
                struct httpd_response *response)
{
    struct exchange exchange = {.sim = sim, .response = response};
    struct fault fault;
    int64_t n;

    read_path(request->path, exchange.path);
    read_params(&exchange, request);
    read_input(&exchange);
    (void)pthread_mutex_lock(&sim->lock);
    n = request_log_begin(&sim->log, exchange.path,
                          exchange.input ? json_copy(exchange.input) : NULL, sim_now_ms(sim));
    fault = faults_take(&sim->faults, exchange.path);
    (void)pthread_mutex_unlock(&sim->lock);

    run_with_fault(&exchange, &fault);

    (void)pthread_mutex_lock(&sim->lock);
    request_log_end(&sim->log, n, exchange.outcome, fault.kind ? fault.kind->name : NULL,
                    exchange.effect, sim_now_ms(sim));
    (void)pthread_mutex_unlock(&sim->lock);
    log_debug("request", LOG_INT("n", n), LOG_TEXT("method", exchange.path),
              LOG_TEXT("outcome", exchange.outcome));
    json_free(exchange.input);
    params_free(&exchange.params);
}

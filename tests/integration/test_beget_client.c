/* SPDX-License-Identifier: MIT */
/*
 * Calls of the hosting API against a server of the test's own and a real Redis:
 * what is sent, what is asked again, what is waited for, what is remembered.
 */
#include "worker/beget/client.h"

#include "shared/base/clock.h"
#include "shared/base/log.h"
#include "shared/base/mem.h"
#include "shared/base/stop.h"
#include "shared/io/http.h"
#include "shared/io/httpd.h"
#include "shared/queue/keys.h"
#include "shared/queue/state.h"
#include "tests/integration/redis_server.h"
#include "tests/integration/tempdir.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define LOGIN         "sandbox"
#define PASSWORD      "s&c r$e%t+#\"=я"
#define PASSWORD_FORM "s%26c%20r%24e%25t%2B%23%22%3D%D1%8F"

#define SUCCESS(result) \
    "{\"status\":\"success\",\"answer\":{\"status\":\"success\",\"result\":" result "}}"
#define FAILURE(code, text)                                                                        \
    "{\"status\":\"success\",\"answer\":{\"status\":\"error\",\"errors\":[{\"error_code\":\"" code \
    "\",\"error_text\":\"" text "\"}]}}"
#define DOMAINS    SUCCESS("[{\"id\":1,\"fqdn\":\"example.com\"}]")
#define ZONE       SUCCESS("{\"records\":{},\"set_type\":1}")
#define LIMITED    FAILURE("LIMIT_ERROR", "Slow down")
#define DEADLINE_S 20

/* ---- the hosting API ---- */

/* What the server does with a request. */
struct act {
    int status; /* 0: 200 */
    const char *body;
    enum httpd_fate fate;
    bool hang; /* no answer until release() or the end of the server */
};

enum { ACTS_MAX = 4 };

struct peer {
    struct httpd *httpd;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct act acts[ACTS_MAX]; /* one for each request; the last one with a body stays */
    int requests;              /* seen                                                  */
    bool released;
    char path[256]; /* of the last request */
    char method[16];
    char content_type[128];
    char body[4096];
};

static struct peer peer = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static const struct act *note_request(const struct httpd_request *request)
{
    int index = peer.requests < ACTS_MAX ? peer.requests : ACTS_MAX - 1;

    while (index > 0 && !peer.acts[index].body) {
        index--;
    }
    peer.requests++;
    (void)snprintf(peer.path, sizeof(peer.path), "%s", request->path);
    (void)snprintf(peer.method, sizeof(peer.method), "%s", request->method);
    (void)snprintf(peer.content_type, sizeof(peer.content_type), "%s", request->content_type);
    (void)snprintf(peer.body, sizeof(peer.body), "%s", request->body);
    return &peer.acts[index];
}

static void serve(void *context, const struct httpd_request *request,
                  struct httpd_response *response)
{
    const struct act *act;

    (void)context;
    (void)pthread_mutex_lock(&peer.lock);
    act = note_request(request);
    while (act->hang && !peer.released) {
        (void)pthread_cond_wait(&peer.changed, &peer.lock);
    }
    response->status = act->status ? act->status : 200;
    response->content_type = "text/html; charset=UTF-8";
    response->fate = act->fate;
    buf_add(&response->body, act->body, strlen(act->body));
    (void)pthread_mutex_unlock(&peer.lock);
}

static void release(void)
{
    (void)pthread_mutex_lock(&peer.lock);
    peer.released = true;
    (void)pthread_cond_broadcast(&peer.changed);
    (void)pthread_mutex_unlock(&peer.lock);
}

static int requests(void)
{
    int count;

    (void)pthread_mutex_lock(&peer.lock);
    count = peer.requests;
    (void)pthread_mutex_unlock(&peer.lock);
    return count;
}

/* The server may see a request only after its sender has given up. */
static void wait_for_requests(int count)
{
    int64_t deadline = clock_monotonic_ms() + (int64_t)DEADLINE_S * 1000;

    while (requests() < count) {
        assert_true(clock_monotonic_ms() < deadline);
        (void)poll(NULL, 0, 5); /* between looks */
    }
    assert_int_equal(requests(), count);
}

static void plan(struct act first, struct act second)
{
    (void)pthread_mutex_lock(&peer.lock);
    memset(peer.acts, 0, sizeof(peer.acts));
    peer.acts[0] = first;
    peer.acts[1] = second;
    peer.requests = 0;
    peer.released = false;
    (void)pthread_mutex_unlock(&peer.lock);
}

static void always(const char *body)
{
    plan((struct act){.body = body}, (struct act){0});
}

/* ---- the world of a test ---- */

struct world {
    struct redis_server *redis;
    struct tempdir dir;
    char log_path[TEMPDIR_PATH_SIZE];
    int real_stderr;
    char url[64];
    struct queue *queue;
    struct beget_client *client;
    int slow_calls;
    void (*on_slow)(void);
};

static struct world world;

static struct queue *new_queue(void)
{
    struct queue_options options = {.redis_url = redis_server_unix_url(world.redis),
                                    .prefix = "test",
                                    .name = "test",
                                    .timeout_ms = 2000,
                                    .accept_unsafe = true};
    struct err err = ERR_INIT;
    struct queue *queue = queue_new(&options, &err);

    assert_non_null(queue);
    return queue;
}

static struct beget_client *new_client(const char *url, int64_t timeout_ms, struct queue *queue)
{
    struct beget_options options = {.api_url = url,
                                    .login = LOGIN,
                                    .password = PASSWORD,
                                    .timeout_ms = timeout_ms,
                                    .calls_per_minute = 0};
    struct err err = ERR_INIT;
    struct beget_client *client = beget_client_new(&options, queue, &err);

    assert_non_null(client);
    return client;
}

static int set_up(void **state)
{
    struct err err = ERR_INIT;
    int log;

    (void)state;
    world = (struct world){.redis = redis_server_start(NULL)};
    tempdir_make(&world.dir);
    tempdir_path(&world.dir, "log", world.log_path);
    log = open(world.log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    assert_true(log >= 0);
    world.real_stderr = dup(STDERR_FILENO);
    assert_true(dup2(log, STDERR_FILENO) >= 0); /* the log goes to a file that is looked through */
    (void)close(log);
    peer.httpd = httpd_start("127.0.0.1:0", 1 << 20, serve, NULL, &err);
    assert_non_null(peer.httpd);
    (void)snprintf(world.url, sizeof(world.url), "http://127.0.0.1:%d/api", httpd_port(peer.httpd));
    world.queue = new_queue();
    world.client = new_client(world.url, (int64_t)DEADLINE_S * 1000, world.queue);
    return 0;
}

static size_t read_log(char *out, size_t size)
{
    FILE *file = fopen(world.log_path, "r");
    size_t len;

    assert_non_null(file);
    len = fread(out, 1, size - 1, file);
    out[len] = '\0';
    (void)fclose(file);
    return len;
}

static int tear_down(void **state)
{
    static char log[1 << 20];

    (void)state;
    beget_client_free(world.client);
    queue_free(world.queue);
    release();
    httpd_stop(peer.httpd);
    redis_server_stop(world.redis);
    (void)fflush(stderr);
    assert_true(dup2(world.real_stderr, STDERR_FILENO) >= 0);
    (void)close(world.real_stderr);
    (void)read_log(log, sizeof(log));
    tempdir_remove(&world.dir);
    (void)fputs(log, stderr);           /* with it what a failed test had to say */
    assert_null(strstr(log, PASSWORD)); /* after every test, whatever it was about */
    assert_null(strstr(log, PASSWORD_FORM));
    assert_null(strstr(log, "s&c r"));
    return 0;
}

static void on_slow(void *context)
{
    assert_ptr_equal(context, &world);
    world.slow_calls++;
    if (world.on_slow) {
        world.on_slow();
    }
}

static struct beget_call_options slow_after(int64_t ms, void (*then)(void))
{
    world.on_slow = then;
    return (struct beget_call_options){.slow = on_slow, .context = &world, .slow_after_ms = ms};
}

/* Enough for every method here: each parameter takes the part of its type. */
static const struct beget_argument EXAMPLE[] = {{.text = "example.com"}, {.number = 7}};

/* Calls and gives back the outcome; the answer is freed. */
static enum beget_failure call(enum beget_method method, const struct beget_call_options *options)
{
    struct err err = ERR_INIT;
    struct beget_answer answer;
    enum beget_failure failure;

    if (!beget_call(world.client, method, EXAMPLE, 42, options, &answer, &err)) {
        fail_msg("%s", err.message);
    }
    failure = answer.failure;
    assert_true(failure == BEGET_OK || !answer.result);
    beget_answer_free(&answer);
    return failure;
}

static void limit_for(int64_t ms)
{
    struct err err = ERR_INIT;

    assert_true(queue_limit_hit(world.queue, LOGIN, ms, &err));
}

static void lift_limit(void)
{
    struct err err = ERR_INIT;

    assert_true(state_del(world.queue, KEY_LIMIT, LOGIN, &err));
}

static int64_t limit_left_ms(void)
{
    struct err err = ERR_INIT;
    struct queue_turn turn;

    assert_true(queue_limit(world.queue, LOGIN, NULL, 0, &turn, &err));
    return turn.wait_ms;
}

/* ---- what is sent ---- */

static void the_password_arrives_as_it_is(void **state)
{
    (void)state;
    always(ZONE);
    assert_int_equal(call(BEGET_DNS_READ, NULL), BEGET_OK);
    assert_string_equal(peer.method, "POST");
    assert_string_equal(peer.path, "/api/dns/getData");
    assert_string_equal(peer.content_type, "application/x-www-form-urlencoded");
    assert_string_equal(peer.body, "login=sandbox&passwd=" PASSWORD_FORM
                                   "&input_format=json&output_format=json"
                                   "&input_data=%7B%22fqdn%22%3A%22example.com%22%7D");
}

static void a_method_without_parameters_sends_an_empty_object(void **state)
{
    (void)state;
    always(DOMAINS);
    assert_int_equal(call(BEGET_DOMAINS, NULL), BEGET_OK);
    assert_string_equal(peer.path, "/api/domain/getList");
    assert_non_null(strstr(peer.body, "&input_data=%7B%7D"));
}

static void a_slash_at_the_end_of_the_url_does_not_matter(void **state)
{
    char url[80];

    (void)state;
    always(ZONE);
    (void)snprintf(url, sizeof(url), "%s/", world.url);
    beget_client_free(world.client);
    world.client = new_client(url, 5000, world.queue);
    assert_int_equal(call(BEGET_DNS_READ, NULL), BEGET_OK);
    assert_string_equal(peer.path, "/api/dns/getData");
}

static void each_call_is_one_line_of_the_log(void **state)
{
    static char log[1 << 16];

    (void)state;
    always(FAILURE("METHOD_FAILED", "Failed to get DNS records"));
    assert_int_equal(call(BEGET_DNS_READ, NULL), BEGET_NOT_FOUND);
    (void)fflush(stderr);
    (void)read_log(log, sizeof(log));
    assert_non_null(strstr(log, "beget.call"));
    assert_non_null(strstr(log, "dns/getData"));
    assert_non_null(strstr(log, "not_found"));
    assert_non_null(strstr(log, "42"));
    assert_ptr_equal(strchr(log, '\n'), strrchr(log, '\n'));
}

static void an_error_that_repeats_the_password_says_nothing(void **state)
{
    struct err err = ERR_INIT;
    struct beget_answer answer;

    (void)state;
    always(FAILURE("INVALID_DATA", "passwd=s&c r$e%t+#\\\"=\\u044f is odd"));
    assert_true(beget_call(world.client, BEGET_DNS_READ, EXAMPLE, 1, NULL, &answer, &err));
    assert_int_equal(answer.failure, BEGET_INVALID);
    assert_string_equal(answer.text, "");
    beget_answer_free(&answer);
}

/* ---- what the trace gets ---- */

/* The kept call has all of these, and the hour. */
static void assert_call_kept(size_t index, const char *begin, const char *end)
{
    const char *line = beget_calls(world.client)->lines[index];

    if (strncmp(line, begin, strlen(begin)) != 0 || !strstr(line, end) ||
        !strstr(line, " at_ms=1")) {
        fail_msg("%s", line);
    }
    assert_null(strstr(line, PASSWORD));
}

static void each_call_is_kept_for_the_trace(void **state)
{
    (void)state;
    call_list_clear(beget_calls(world.client));
    always(DOMAINS);
    assert_int_equal(call(BEGET_DOMAINS, NULL), BEGET_OK);
    assert_int_equal(call(BEGET_DOMAINS, NULL), BEGET_OK);
    always(ZONE);
    assert_int_equal(call(BEGET_DNS_READ, NULL), BEGET_OK);
    assert_int_equal(call(BEGET_SUBDOMAIN_DELETE, NULL), BEGET_OK);
    always(FAILURE("INVALID_DATA", "fqdn is odd"));
    assert_int_equal(call(BEGET_DNS_READ, NULL), BEGET_INVALID);
    assert_int_equal(beget_calls(world.client)->made, 5);
    assert_call_kept(0, "method=domain/getList outcome=ok took_ms=", " http=200 ");
    assert_call_kept(1, "method=domain/getList outcome=ok took_ms=", " cached=yes ");
    assert_call_kept(2, "method=dns/getData target=example.com outcome=ok took_ms=", " http=200 ");
    assert_call_kept(3, "method=domain/deleteSubdomain target=", " http=200 ");
    assert_call_kept(4, "method=dns/getData target=example.com outcome=invalid ", " http=200 ");
}

static void of_many_calls_the_first_are_kept(void **state)
{
    (void)state;
    call_list_clear(beget_calls(world.client));
    always(ZONE);
    assert_int_equal(call(BEGET_ACCOUNT_INFO, NULL), BEGET_OK);
    for (int i = 0; i < CALL_LIST_MOST; i++) {
        assert_int_equal(call(BEGET_DNS_READ, NULL), BEGET_OK);
    }
    assert_int_equal(beget_calls(world.client)->made, CALL_LIST_MOST + 1);
    assert_call_kept(0, "method=user/getAccountInfo ", " http=200 ");
    assert_call_kept(CALL_LIST_MOST - 1, "method=dns/getData ", " http=200 ");
}

/* ---- what is remembered ---- */

static void a_list_is_asked_once_by_all_workers(void **state)
{
    struct queue *other_queue = new_queue();
    struct beget_client *other = new_client(world.url, 5000, other_queue);
    struct err err = ERR_INIT;
    struct beget_answer answer;
    int64_t id = 0;

    (void)state;
    always(DOMAINS);
    assert_int_equal(call(BEGET_DOMAINS, NULL), BEGET_OK);
    assert_true(beget_call(other, BEGET_DOMAINS, NULL, 2, NULL, &answer, &err));
    assert_int_equal(answer.failure, BEGET_OK);
    assert_true(json_int(answer.result, "0.id", &id));
    assert_int_equal(id, 1);
    beget_answer_free(&answer);
    assert_int_equal(requests(), 1);
    beget_client_free(other);
    queue_free(other_queue);
}

static void lists_are_remembered_apart(void **state)
{
    (void)state;
    always(DOMAINS);
    assert_int_equal(call(BEGET_DOMAINS, NULL), BEGET_OK);
    assert_int_equal(call(BEGET_SUBDOMAINS, NULL), BEGET_OK);
    assert_int_equal(requests(), 2);
}

static void a_list_is_forgotten_after_a_minute(void **state)
{
    struct redis_command *command = redis_command_new("PTTL");
    struct redis_reply *reply = NULL;
    char key[QUEUE_KEY_SIZE];
    struct err err = ERR_INIT;
    int64_t ms = 0;

    (void)state;
    always(DOMAINS);
    assert_int_equal(call(BEGET_DOMAINS, NULL), BEGET_OK);
    redis_add_text(command,
                   queue_key(world.queue, KEY_CACHE, "domain/getList:{}", key, sizeof(key)));
    assert_true(redis_run(queue_redis(world.queue), command, &reply, &err));
    assert_true(redis_reply_int(reply, &ms));
    assert_in_range(ms, 1, 60000);
    redis_reply_free(reply);
}

static void a_fresh_call_asks_and_renews_what_is_remembered(void **state)
{
    struct beget_call_options fresh = {.fresh = true};
    struct err err = ERR_INIT;
    struct beget_answer answer;

    (void)state;
    plan((struct act){.body = DOMAINS}, (struct act){.body = SUCCESS("[]")});
    assert_int_equal(call(BEGET_DOMAINS, NULL), BEGET_OK);
    assert_int_equal(call(BEGET_DOMAINS, &fresh), BEGET_OK);
    assert_int_equal(requests(), 2);
    assert_true(beget_call(world.client, BEGET_DOMAINS, NULL, 1, NULL, &answer, &err));
    assert_int_equal(requests(), 2);
    assert_int_equal(json_count(answer.result), 0);
    beget_answer_free(&answer);
}

static void records_are_asked_every_time(void **state)
{
    (void)state;
    always(ZONE);
    assert_int_equal(call(BEGET_DNS_READ, NULL), BEGET_OK);
    assert_int_equal(call(BEGET_DNS_READ, NULL), BEGET_OK);
    assert_int_equal(requests(), 2);
}

static void failures_and_odd_results_are_not_remembered(void **state)
{
    static const char *const BODIES[] = {SUCCESS("null"), SUCCESS("true"),
                                         FAILURE("METHOD_FAILED", "x")};
    struct err err = ERR_INIT;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(BODIES); i++) {
        always(BODIES[i]);
        (void)call(BEGET_DOMAINS, NULL);
        always(DOMAINS);
        assert_int_equal(call(BEGET_DOMAINS, NULL), BEGET_OK);
        assert_int_equal(requests(), 1);
        assert_true(state_del(world.queue, KEY_CACHE, "domain/getList:{}", &err));
    }
}

static void a_damaged_memory_is_thrown_away(void **state)
{
    static const char *const DAMAGED[] = {"", "[{\"id\":", "true", "\xff\xfe"};
    struct err err = ERR_INIT;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(DAMAGED); i++) {
        bool found = true;
        struct buf text;

        assert_true(state_set(world.queue, KEY_CACHE, "domain/getList:{}", DAMAGED[i], 60, &err));
        always(FAILURE("METHOD_FAILED", "x")); /* so that nothing good replaces it */
        assert_int_equal(call(BEGET_DOMAINS, NULL), BEGET_FAILED);
        buf_init(&text, 1000);
        assert_true(state_get(world.queue, KEY_CACHE, "domain/getList:{}", &found, &text, &err));
        assert_false(found);
        buf_free(&text);
    }
}

/* ---- what is asked again ---- */

struct again_row {
    const char *name;
    struct act first;
    struct act second;
    enum beget_failure failure;
    int requests;
};

/* clang-format off */
static struct again_row again_rows[] = {
    /* what it shows                                the first request                              the second                                    outcome           requests */
    {"a dropped connection: asked again",           {.body = ZONE, .fate = HTTPD_DROP},            {.body = ZONE},                               BEGET_OK,         2},
    {"dropped twice: nobody knows",                 {.body = ZONE, .fate = HTTPD_DROP},            {.body = ZONE, .fate = HTTPD_DROP},           BEGET_NO_ANSWER,  2},
    {"an answer cut by the network: asked again",   {.body = ZONE, .fate = HTTPD_CUT},             {.body = ZONE},                               BEGET_OK,         2},
    {"half of an answer: asked again",              {.body = "{\"status\":\"succ"},                {.body = ZONE},                               BEGET_OK,         2},
    {"half of an answer twice is unreadable",       {.body = "{\"status\":\"succ"},                {.body = "{\"status\":\"succ"},               BEGET_UNREADABLE, 2},
    {"an empty answer: asked again",                {.body = ""},                                  {.body = ZONE},                               BEGET_OK,         2},
    {"a page in between: asked again",              {.status = 502, .body = "<html>502</html>"},   {.body = ZONE},                               BEGET_OK,         2},
    {"a page twice: nobody knows",                  {.status = 502, .body = "<html>502</html>"},   {.status = 502, .body = "<html>502</html>"},  BEGET_NO_ANSWER,  2},
    {"a redirect is not followed",                  {.status = 302, .body = "moved"},              {.status = 302, .body = "moved"},             BEGET_UNREADABLE, 2},
    {"a wrong password is asked once",              {.body = "{\"status\":\"error\",\"error_text\":\"Username\\/password incorrect\",\"error_code\":\"AUTH_ERROR\"}"}, {.body = ZONE}, BEGET_DENIED, 1},
    {"refused arguments are asked once",            {.body = FAILURE("INVALID_DATA", "bad")},      {.body = ZONE},                               BEGET_INVALID,    1},
    {"a missing name is asked once",                {.body = FAILURE("METHOD_FAILED", "Failed to get DNS records")}, {.body = ZONE},             BEGET_NOT_FOUND,  1},
    {"after one failure the other one is final",    {.body = ZONE, .fate = HTTPD_DROP},            {.body = FAILURE("METHOD_FAILED", "broken")}, BEGET_FAILED,     2},
};
/* clang-format on */

/* set_up() leaves the row where it is: each row is a test of its own. */
static void asks_again(void **state)
{
    const struct again_row *row = *state;

    plan(row->first, row->second);
    assert_int_equal(call(BEGET_DNS_READ, NULL), row->failure);
    assert_int_equal(requests(), row->requests);
}

/* ---- a change is made once ---- */

/* clang-format off */
static struct again_row change_rows[] = {
    {"a change that works is made once",            {.body = SUCCESS("8")},                        {.body = SUCCESS("9")}, BEGET_OK,         1},
    {"a change of a dropped connection, too",       {.body = SUCCESS("8"), .fate = HTTPD_DROP},    {.body = SUCCESS("9")}, BEGET_NO_ANSWER,  1},
    {"a change whose answer the network cuts",      {.body = SUCCESS("8"), .fate = HTTPD_CUT},     {.body = SUCCESS("9")}, BEGET_NO_ANSWER,  1},
    {"a change answered by half",                   {.body = "{\"status\":\"succ"},                {.body = SUCCESS("9")}, BEGET_UNREADABLE, 1},
    {"a change answered by nothing",                {.body = ""},                                  {.body = SUCCESS("9")}, BEGET_UNREADABLE, 1},
    {"a change answered by a gateway's page",       {.status = 502, .body = "<html>502</html>"},   {.body = SUCCESS("9")}, BEGET_NO_ANSWER,  1},
    {"a change that is refused",                    {.body = FAILURE("INVALID_DATA", "bad")},      {.body = SUCCESS("9")}, BEGET_INVALID,    1},
    {"a change that meets a limit",                 {.body = LIMITED},                             {.body = SUCCESS("9")}, BEGET_LIMIT,      1},
    {"a change that did not work, says false",      {.body = SUCCESS("false")},                    {.body = SUCCESS("9")}, BEGET_FAILED,     1},
};
/* clang-format on */

/* A connection that served before is what curl would repeat a request on by itself. */
static void changes_once(void **state)
{
    const struct again_row *row = *state;

    always(ZONE);
    assert_int_equal(call(BEGET_DNS_READ, NULL), BEGET_OK);
    plan(row->first, row->second);
    assert_int_equal(call(BEGET_SUBDOMAIN_ADD, NULL), row->failure);
    assert_int_equal(requests(), row->requests);
}

static void no_answer_to_a_change_in_time_is_the_outcome(void **state)
{
    (void)state;
    plan((struct act){.body = SUCCESS("8"), .hang = true}, (struct act){.body = SUCCESS("9")});
    beget_client_free(world.client);
    world.client = new_client(world.url, 300, world.queue);
    assert_int_equal(call(BEGET_SUBDOMAIN_ADD, NULL), BEGET_NO_ANSWER);
    wait_for_requests(1);
}

static void a_change_sends_what_is_its_parameters(void **state)
{
    (void)state;
    always(SUCCESS("8"));
    assert_int_equal(call(BEGET_SUBDOMAIN_ADD, NULL), BEGET_OK);
    assert_string_equal(peer.path, "/api/domain/addSubdomainVirtual");
    assert_non_null(strstr(
        peer.body, "&input_data=%7B%22subdomain%22%3A%22example.com%22%2C%22domain_id%22%3A7%7D"));
    assert_int_equal(call(BEGET_SUBDOMAIN_DELETE, NULL), BEGET_OK);
    assert_string_equal(peer.path, "/api/domain/deleteSubdomain");
    assert_non_null(strstr(peer.body, "&input_data=%7B%22id%22%3A"));
}

/* ---- a turn ahead of the call ---- */

static bool take_turn(const struct beget_call_options *options)
{
    struct err err = ERR_INIT;
    bool go = false;

    if (!beget_take_turn(world.client, BEGET_SUBDOMAIN_ADD, options, &go, &err)) {
        fail_msg("%s", err.message);
    }
    return go;
}

static void a_turn_taken_ahead_is_not_taken_again(void **state)
{
    struct beget_call_options options = {0};

    (void)state;
    always(SUCCESS("8"));
    limit_for(300);
    assert_true(take_turn(&options)); /* waits */
    limit_for(60000);                 /* longer than any call waits */
    assert_int_equal(call(BEGET_SUBDOMAIN_ADD, NULL), BEGET_LIMIT);
    options.turn_taken = true;
    assert_int_equal(call(BEGET_SUBDOMAIN_ADD, &options), BEGET_OK);
    assert_int_equal(requests(), 1);
}

static void a_turn_that_takes_too_long_is_not_waited_for(void **state)
{
    const struct beget_call_options options = {0};

    (void)state;
    limit_for(60000);
    assert_false(take_turn(&options));
}

static void slow_is_said_while_waiting_for_a_turn(void **state)
{
    struct beget_call_options options = slow_after(20, lift_limit);

    (void)state;
    limit_for(20000);
    assert_true(take_turn(&options));
    assert_int_equal(world.slow_calls, 1);
}

static void nobody_listens_there(void **state)
{
    const struct beget_call_options ahead = {.turn_taken = true};
    char url[64];
    struct err err = ERR_INIT;
    struct httpd *gone = httpd_start("127.0.0.1:0", 100, serve, NULL, &err);

    (void)state;
    assert_non_null(gone);
    (void)snprintf(url, sizeof(url), "http://127.0.0.1:%d/api", httpd_port(gone));
    httpd_stop(gone);
    beget_client_free(world.client);
    world.client = new_client(url, 5000, world.queue);
    assert_int_equal(call(BEGET_DNS_READ, NULL), BEGET_NOT_SENT);
    assert_int_equal(call(BEGET_SUBDOMAIN_ADD, NULL), BEGET_NOT_SENT);
    limit_for(60000); /* what was not sent has not used its turn */
    assert_int_equal(call(BEGET_SUBDOMAIN_ADD, &ahead), BEGET_NOT_SENT);
}

static void no_answer_in_time_is_asked_again_once(void **state)
{
    (void)state;
    plan((struct act){.body = ZONE, .hang = true}, (struct act){.body = ZONE, .hang = true});
    beget_client_free(world.client);
    world.client = new_client(world.url, 300, world.queue);
    assert_int_equal(call(BEGET_DNS_READ, NULL), BEGET_NO_ANSWER);
    wait_for_requests(2);
}

static void an_answer_that_never_ends_is_unreadable(void **state)
{
    size_t size = (size_t)9 << 20;
    char *body = xcalloc(1, size);

    (void)state;
    memset(body, ' ', size - 1);
    always(body);
    assert_int_equal(call(BEGET_DNS_READ, NULL), BEGET_UNREADABLE);
    free(body);
}

/* ---- what is waited for ---- */

static void slow_is_said_once(void **state)
{
    struct beget_call_options options = slow_after(50, release);

    (void)state;
    plan((struct act){.body = ZONE, .hang = true}, (struct act){0});
    assert_int_equal(call(BEGET_DNS_READ, &options), BEGET_OK);
    assert_int_equal(world.slow_calls, 1);
}

static void slow_is_said_once_for_both_requests(void **state)
{
    struct beget_call_options options = slow_after(50, release);

    (void)state;
    plan((struct act){.body = ZONE, .hang = true, .fate = HTTPD_DROP}, (struct act){.body = ZONE});
    assert_int_equal(call(BEGET_DNS_READ, &options), BEGET_OK);
    assert_int_equal(world.slow_calls, 1);
    assert_int_equal(requests(), 2);
}

static void slow_is_not_said_of_an_answer_in_time(void **state)
{
    struct beget_call_options options = slow_after((int64_t)DEADLINE_S * 1000, NULL);

    (void)state;
    always(DOMAINS);
    assert_int_equal(call(BEGET_DOMAINS, &options), BEGET_OK);
    options = slow_after(0, NULL); /* and never of one that is remembered */
    assert_int_equal(call(BEGET_DOMAINS, &options), BEGET_OK);
    assert_int_equal(world.slow_calls, 0);
}

static void the_limit_is_waited_for(void **state)
{
    int64_t began = clock_monotonic_ms();

    (void)state;
    always(ZONE);
    limit_for(300);
    assert_int_equal(call(BEGET_DNS_READ, NULL), BEGET_OK);
    assert_true(clock_monotonic_ms() - began >= 299);
    assert_int_equal(requests(), 1);
}

static void slow_is_said_while_waiting_for_the_limit(void **state)
{
    struct beget_call_options options = slow_after(20, lift_limit);

    (void)state;
    always(ZONE);
    limit_for(20000);
    assert_int_equal(call(BEGET_DNS_READ, &options), BEGET_OK);
    assert_int_equal(world.slow_calls, 1);
}

static void a_limit_that_lasts_too_long_is_not_waited_for(void **state)
{
    (void)state;
    always(ZONE);
    limit_for(60000);
    assert_int_equal(call(BEGET_DNS_READ, NULL), BEGET_LIMIT);
    assert_int_equal(requests(), 0);
}

/* Another worker, in a thread of its own: meets the limit and lifts it. */
struct other_worker {
    pthread_t thread;
    int64_t told_ms; /* how long it was told to wait */
};

static void *meet_and_lift_limit(void *context)
{
    struct other_worker *other = context;
    struct queue *queue = new_queue();
    int64_t deadline = clock_monotonic_ms() + (int64_t)DEADLINE_S * 1000;
    struct queue_turn turn;
    struct err err = ERR_INIT;

    while (other->told_ms == 0 && clock_monotonic_ms() < deadline) {
        if (!queue_limit(queue, LOGIN, NULL, 0, &turn, &err)) {
            break;
        }
        other->told_ms = turn.wait_ms;
        (void)poll(NULL, 0, 5); /* between looks */
    }
    if (!state_del(queue, KEY_LIMIT, LOGIN, &err)) {
        other->told_ms = -1;
    }
    queue_free(queue);
    return NULL;
}

static void start_other(struct other_worker *other)
{
    *other = (struct other_worker){.told_ms = 0};
    assert_int_equal(pthread_create(&other->thread, NULL, meet_and_lift_limit, other), 0);
}

static void limit_error_holds_back_all_workers_then_asks_again(void **state)
{
    struct other_worker other;

    (void)state;
    plan((struct act){.body = LIMITED}, (struct act){.body = ZONE});
    start_other(&other);
    assert_int_equal(call(BEGET_DNS_READ, NULL), BEGET_OK);
    assert_int_equal(pthread_join(other.thread, NULL), 0);
    assert_in_range(other.told_ms, 1, 10000);
    assert_int_equal(requests(), 2);
}

static void limit_error_twice_is_the_outcome(void **state)
{
    struct other_worker other;
    struct err err = ERR_INIT;
    struct beget_answer answer;

    (void)state;
    always(LIMITED);
    start_other(&other);
    assert_true(beget_call(world.client, BEGET_DNS_READ, EXAMPLE, 1, NULL, &answer, &err));
    assert_int_equal(pthread_join(other.thread, NULL), 0);
    assert_int_equal(answer.failure, BEGET_LIMIT);
    assert_string_equal(answer.text, "Slow down");
    beget_answer_free(&answer);
    assert_int_equal(requests(), 2);
    assert_true(limit_left_ms() > 0);
}

static void a_redis_that_is_away_is_the_callers_to_wait_for(void **state)
{
    struct err err = ERR_INIT;
    struct beget_answer answer;

    (void)state;
    always(DOMAINS);
    redis_server_kill(world.redis);
    assert_false(beget_call(world.client, BEGET_DOMAINS, NULL, 1, NULL, &answer, &err));
    assert_int_equal(err.kind, ERR_RETRY);
    assert_int_equal(requests(), 0);
    beget_answer_free(&answer);
    redis_server_restart(world.redis);
    assert_int_equal(call(BEGET_DOMAINS, NULL), BEGET_OK);
}

static void kill_redis(void)
{
    redis_server_kill(world.redis);
    release();
}

static void an_answer_survives_a_redis_that_went_away_meanwhile(void **state)
{
    struct beget_call_options options = slow_after(50, kill_redis);

    (void)state;
    plan((struct act){.body = DOMAINS, .hang = true}, (struct act){0});
    assert_int_equal(call(BEGET_DOMAINS, &options), BEGET_OK);
    redis_server_restart(world.redis);
}

/* ---- abandoned ---- */

static int abandon_pipe[2];

static void abandon(void)
{
    assert_int_equal(write(abandon_pipe[1], "x", 1), 1);
}

/* Calls and is abandoned while it waits. */
static void assert_abandoned(enum beget_method method, void (*then)(void))
{
    struct beget_call_options options = slow_after(then ? 50 : 0, then);
    int64_t began = clock_monotonic_ms();
    struct err err = ERR_INIT;
    struct beget_answer answer;

    options.abandon_fd = abandon_pipe[0];
    assert_false(beget_call(world.client, method, EXAMPLE, 1, &options, &answer, &err));
    assert_int_equal(err.kind, ERR_STOPPED);
    assert_non_null(strstr(err.message, "abandoned"));
    assert_int_equal(answer.failure, BEGET_STOPPED);
    assert_null(answer.document);
    assert_true(clock_monotonic_ms() - began < (int64_t)DEADLINE_S * 1000 / 2);
}

static int set_up_abandoned(void **state)
{
    assert_int_equal(pipe(abandon_pipe), 0);
    return set_up(state);
}

static int tear_down_abandoned(void **state)
{
    (void)close(abandon_pipe[0]);
    (void)close(abandon_pipe[1]);
    return tear_down(state);
}

static void abandoning_ends_the_wait_for_an_answer(void **state)
{
    (void)state;
    plan((struct act){.body = ZONE, .hang = true}, (struct act){0});
    assert_abandoned(BEGET_DNS_READ, abandon);
    assert_true(requests() <= 1);
}

static void abandoning_ends_the_wait_for_the_limit(void **state)
{
    (void)state;
    always(ZONE);
    limit_for(25000);
    assert_abandoned(BEGET_DNS_READ, abandon);
    assert_int_equal(requests(), 0);
}

static void an_abandoned_call_asks_nothing(void **state)
{
    (void)state;
    always(ZONE);
    abandon();
    assert_abandoned(BEGET_DNS_READ, NULL);
    assert_int_equal(requests(), 0);
}

static void a_call_that_is_not_abandoned_is_answered(void **state)
{
    struct beget_call_options options = {.abandon_fd = abandon_pipe[0]};

    (void)state;
    always(ZONE);
    limit_for(100);
    assert_int_equal(call(BEGET_DNS_READ, &options), BEGET_OK);
}

/* ---- shutdown: the latch stays set, so these are last and the first is a process of its own ----
 */

static bool is_stopped(const struct beget_call_options *options)
{
    struct err err = ERR_INIT;
    struct beget_answer answer;
    bool ok = beget_call(world.client, BEGET_DNS_READ, EXAMPLE, 1, options, &answer, &err);
    bool is = !ok && err.kind == ERR_STOPPED && answer.failure == BEGET_STOPPED && !answer.document;

    beget_answer_free(&answer);
    return is;
}

static void shutdown_ends_the_wait_for_the_limit(void **state)
{
    struct beget_call_options options = slow_after(50, stop_request);
    int status = -1;
    pid_t child;

    (void)state;
    limit_for(25000);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        world.queue = new_queue();
        world.client = new_client(world.url, 5000, world.queue);
        (void)alarm(DEADLINE_S);
        _exit(is_stopped(&options) ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void shutdown_ends_the_wait_for_an_answer(void **state)
{
    struct beget_call_options options = slow_after(50, stop_request);

    (void)state;
    plan((struct act){.body = ZONE, .hang = true}, (struct act){0});
    assert_true(is_stopped(&options));
    assert_true(requests() <= 1); /* the server may have seen it by now, or not */
}

/* Its outcome would be unknown otherwise. */
static void shutdown_does_not_end_a_change_on_its_way(void **state)
{
    struct beget_call_options options = slow_after(50, release);

    (void)state;
    assert_true(stop_requested());
    plan((struct act){.body = SUCCESS("8"), .hang = true}, (struct act){0});
    options.turn_taken = true;
    assert_int_equal(call(BEGET_SUBDOMAIN_ADD, &options), BEGET_OK);
    assert_int_equal(requests(), 1);
}

/* Certain: nothing has happened. Whoever took the request over would have to doubt it. */
static void a_change_that_was_not_sent_stays_so_at_shutdown(void **state)
{
    struct beget_call_options options = {.turn_taken = true};
    struct err err = ERR_INIT;
    struct httpd *gone = httpd_start("127.0.0.1:0", 100, serve, NULL, &err);
    char url[64];

    (void)state;
    assert_true(stop_requested() && gone);
    (void)snprintf(url, sizeof(url), "http://127.0.0.1:%d/api", httpd_port(gone));
    httpd_stop(gone);
    beget_client_free(world.client);
    world.client = new_client(url, 5000, world.queue);
    assert_int_equal(call(BEGET_SUBDOMAIN_ADD, &options), BEGET_NOT_SENT);
}

static void after_shutdown_nothing_is_asked(void **state)
{
    (void)state;
    assert_true(stop_requested());
    always(ZONE);
    limit_for(1000);
    assert_true(is_stopped(NULL));
    assert_int_equal(requests(), 0);
}

#define ABANDON_TEST(function) \
    cmocka_unit_test_setup_teardown(function, set_up_abandoned, tear_down_abandoned)
#define WORLD_TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        WORLD_TEST(the_password_arrives_as_it_is),
        WORLD_TEST(a_method_without_parameters_sends_an_empty_object),
        WORLD_TEST(a_slash_at_the_end_of_the_url_does_not_matter),
        WORLD_TEST(each_call_is_one_line_of_the_log),
        WORLD_TEST(an_error_that_repeats_the_password_says_nothing),
        WORLD_TEST(each_call_is_kept_for_the_trace),
        WORLD_TEST(of_many_calls_the_first_are_kept),
        WORLD_TEST(a_list_is_asked_once_by_all_workers),
        WORLD_TEST(lists_are_remembered_apart),
        WORLD_TEST(a_list_is_forgotten_after_a_minute),
        WORLD_TEST(a_fresh_call_asks_and_renews_what_is_remembered),
        WORLD_TEST(records_are_asked_every_time),
        WORLD_TEST(failures_and_odd_results_are_not_remembered),
        WORLD_TEST(a_damaged_memory_is_thrown_away),
        WORLD_TEST(nobody_listens_there),
        WORLD_TEST(no_answer_to_a_change_in_time_is_the_outcome),
        WORLD_TEST(a_change_sends_what_is_its_parameters),
        WORLD_TEST(a_turn_taken_ahead_is_not_taken_again),
        WORLD_TEST(a_turn_that_takes_too_long_is_not_waited_for),
        WORLD_TEST(slow_is_said_while_waiting_for_a_turn),
        WORLD_TEST(no_answer_in_time_is_asked_again_once),
        WORLD_TEST(an_answer_that_never_ends_is_unreadable),
        WORLD_TEST(slow_is_said_once),
        WORLD_TEST(slow_is_said_once_for_both_requests),
        WORLD_TEST(slow_is_not_said_of_an_answer_in_time),
        WORLD_TEST(the_limit_is_waited_for),
        WORLD_TEST(slow_is_said_while_waiting_for_the_limit),
        WORLD_TEST(a_limit_that_lasts_too_long_is_not_waited_for),
        WORLD_TEST(limit_error_holds_back_all_workers_then_asks_again),
        WORLD_TEST(limit_error_twice_is_the_outcome),
        WORLD_TEST(a_redis_that_is_away_is_the_callers_to_wait_for),
        WORLD_TEST(an_answer_survives_a_redis_that_went_away_meanwhile),
        ABANDON_TEST(abandoning_ends_the_wait_for_an_answer),
        ABANDON_TEST(abandoning_ends_the_wait_for_the_limit),
        ABANDON_TEST(an_abandoned_call_asks_nothing),
        ABANDON_TEST(a_call_that_is_not_abandoned_is_answered),
        WORLD_TEST(shutdown_ends_the_wait_for_the_limit),
        WORLD_TEST(shutdown_ends_the_wait_for_an_answer),
        WORLD_TEST(after_shutdown_nothing_is_asked),
        WORLD_TEST(shutdown_does_not_end_a_change_on_its_way),
        WORLD_TEST(a_change_that_was_not_sent_stays_so_at_shutdown),
    };
    struct CMUnitTest tests[ARRAY_LEN(again_rows) + ARRAY_LEN(change_rows) + ARRAY_LEN(TESTS)];
    size_t count = 0;
    struct err err = ERR_INIT;
    int failed;

    for (size_t i = 0; i < ARRAY_LEN(again_rows); i++) {
        tests[count] = (struct CMUnitTest)WORLD_TEST(asks_again);
        tests[count].name = again_rows[i].name;
        tests[count++].initial_state = &again_rows[i];
    }
    for (size_t i = 0; i < ARRAY_LEN(change_rows); i++) {
        tests[count] = (struct CMUnitTest)WORLD_TEST(changes_once);
        tests[count].name = change_rows[i].name;
        tests[count++].initial_state = &change_rows[i];
    }
    memcpy(tests + count, TESTS, sizeof(TESTS)); /* shutdown is in the last ones */

    log_init("test", LOG_LEVEL_INFO, LOG_FORMAT_LOGFMT);
    if (!stop_install(&err) || !http_library_init(&err)) {
        return 1;
    }
    failed = cmocka_run_group_tests_name("beget_client", tests, NULL, NULL);
    http_library_free();
    return failed;
}

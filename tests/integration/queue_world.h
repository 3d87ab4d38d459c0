/* SPDX-License-Identifier: MIT */
/*
 * What tests of shared/queue start from: a server of their own with nothing in
 * it, a gateway and two workers connected to it, and short words for what they
 * do. Whatever goes wrong here is a failed assertion.
 */
#ifndef TESTS_INTEGRATION_QUEUE_WORLD_H
#define TESTS_INTEGRATION_QUEUE_WORLD_H

#include "shared/queue/keys.h"
#include "shared/queue/queue.h"
#include "tests/integration/redis_server.h"

#define WORLD_PREFIX    "t"
#define WORLD_KEY(name) "{t}:" name

enum { WORLD_BOT = 7, WORLD_DEADLINE_S = 300 };

/* Chats that pass as admins; every other one has to be in `access`. */
enum { ANN = 1, BOB = 2, CID = 3, DAN = 4, EVE = 5 };
#define GROUP_CHAT INT64_C(-1001234567890123)

struct queue_world {
    struct redis_server *server;
    struct redis *raw; /* an operator with redis-cli */
    struct queue *gateway;
    struct queue *worker; /* consumer "w1" */
    struct queue *other;  /* consumer "w2" */
};

/* The world of a test program, for those that need one. */
extern struct queue_world world;

/* Its group fixtures, and the setup of each of its tests: nothing is in it. */
int world_set_up(void **state);
int world_tear_down(void **state);
int world_fresh(void **state);

#define BEHAVIOUR(sentence, function)                                          \
    {                                                                          \
        .name = (sentence), .test_func = (function), .setup_func = world_fresh \
    }

/* `extra` as for redis_server_start(). */
void world_open(struct queue_world *w, const char *const extra[]);
void world_close(struct queue_world *w);

/* Forgets all keys; the library stays. It counts as seeded, with nothing. */
void world_clear(struct queue_world *w);

/* ---- the operator ---- */

/* Runs a command of words, NULL ends them; the reply is released by the caller. */
struct redis_reply *world_run(struct queue_world *w, const char *const words[]);
#define RAW(world, ...) world_run((world), (const char *const[]){__VA_ARGS__, NULL})

/* The same for a command whose reply is a number, is a text (valid until the next call), or is
 * of no interest. */
int64_t world_int(struct queue_world *w, const char *const words[]);
const char *world_text(struct queue_world *w, const char *const words[]);
void world_do(struct queue_world *w, const char *const words[]);
#define RAW_INT(world, ...)  world_int((world), (const char *const[]){__VA_ARGS__, NULL})
#define RAW_TEXT(world, ...) world_text((world), (const char *const[]){__VA_ARGS__, NULL})
#define RAW_DO(world, ...)   world_do((world), (const char *const[]){__VA_ARGS__, NULL})

/* Value of a field of the only entry of a stream of `world`; valid until the next call. */
const char *world_only_field(const char *key, const char *name);

/* As an operator calls a function of `world`: the sentence, or the error; valid until the next
 * call. */
const char *world_ask(const char *const words[]);
#define ASK(...) world_ask((const char *const[]){__VA_ARGS__, NULL})

/* Every key with its type and content, to see that nothing changed; owned by the caller. */
char *world_snapshot(struct queue_world *w);

/* Waits until a client is blocked on the server. */
void world_wait_for_blocked(struct queue_world *w);

/* ---- the services ---- */

/* The options of world_push(). */
struct queue_push_options world_push_options(void);

struct update world_update(int64_t update_id, int64_t chat_id);

/* Pushes one update of a chat; it must be added. */
void world_push(struct queue_world *w, int64_t update_id, int64_t chat_id);

/* Takes without waiting: the job, or NULL. */
struct queue_job *world_take(struct queue *queue, const char *consumer);

/* Takes what must be update `update_id`. */
struct queue_job *world_take_id(struct queue *queue, const char *consumer, int64_t update_id);

int64_t world_update_id(const struct queue_job *job);

/* Finishes a job, which is released, as its owner. Returns the chat's next, or NULL. */
struct queue_job *world_done(struct queue *queue, const char *consumer, struct queue_job *job);

/* Lets a job's lease be over since an hour. */
void world_age(struct queue_world *w, const char *consumer, const char *job_id);

/* Reaps with a lease of a minute and three deliveries: the job, or NULL. */
struct queue_job *world_reap(struct queue *queue, const char *consumer, bool *out_dead);

/* Lets a job that "w1" has taken from `world` expire until "w2" gives it up; released. */
void world_let_die(struct queue_job *job);

/* Asserts that nothing is left anywhere: no update, pending entry, busy or parked chat, intent. */
void world_assert_idle(struct queue_world *w);

/* Arguments that make no sense; state of a test. */
struct world_argument_row {
    const char *name;
    const char *words; /* after FCALL, separated by blanks; '' is an empty one */
    const char *why;
};

struct CMUnitTest; /* cmocka.h */

/*
 * Adds a test of each row behind the first `count` of `tests`: the call is refused with that
 * sentence, and has written nothing. Returns how many there are then.
 */
size_t world_add_arguments(struct CMUnitTest *tests, size_t count, struct world_argument_row rows[],
                           size_t row_count);

void assert_error(const struct err *err, enum err_kind kind, const char *words);

#endif

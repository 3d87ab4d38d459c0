/* SPDX-License-Identifier: MIT */
/*
 * The queue between the services, as far as its promises depend on who dies or falls asleep between which two steps.
 * README.md says what the names stand for, what is left out, and what was found. `check` runs it.
 *
 * Inlines named bq_* are the functions of shared/queue/functions.lua: one atomic step each. All that is stored of a
 * worker or gateway is where it stands and what it believes.
 *
 * There is no clock. A process that is not scheduled sleeps, as long as it likes, and wakes at any later moment; while
 * things may fail the lease of what it holds may run out at any of its steps.
 *
 * Words in capitals behind #ifdef are mutations: each leaves out one thing that the design is careful about.
 */

/* ---- the scenario. Of a set of updates, bit u is update u ---- */

#ifndef UPDATES /* at most 4 */
#define UPDATES 3
#endif
#ifndef SECOND_CHAT /* updates of chat 1; the others are chat 0's */
#define SECOND_CHAT 0
#endif
#ifndef CHANGING /* those with a call that creates or deletes */
#define CHANGING 7
#endif
#ifndef TWO_STEPS /* those of them with a second such call */
#define TWO_STEPS 0
#endif
#ifndef SETTING /* those of them whose calls set a value instead: repeated after comparing */
#define SETTING 0
#endif
#ifndef REFUSING /* those of them whose calls the hosting account may refuse */
#define REFUSING 0
#endif
#ifndef POISON /* those that kill every worker that looks at them */
#define POISON 0
#endif
#ifndef UNWANTED /* those of them whose deadline may pass, or that a person may want cancelled */
#define UNWANTED 0
#endif
#ifndef WORKERS
#define WORKERS 2
#endif
#ifndef GATEWAYS /* 0: everything is in the stream from the beginning; when it is read is open all the same */
#define GATEWAYS 0
#endif
#ifndef DELIVERIES_MOST /* JOB_MAX_DELIVERIES */
#define DELIVERIES_MOST 2
#endif

#define HAS(set, u)     (((set) >> (u)) & 1)
#define CHAT_OF(u)      HAS(SECOND_CHAT, u)
#define SAME_CHAT(u, v) (CHAT_OF(u) == CHAT_OF(v))
#define STEPS_OF(u)     (HAS(CHANGING, u) + HAS(TWO_STEPS, u))
#define CALL(x, step)   ((x) * 2 + (step)) /* x: an update or an entry */

/* ---- properties, and what must be possible ---- */

mtype = {durable, one_effect, order, one_running, answered_once, honest, at_rest, no_loss, unprovoked};
mtype = {sleeper_sends_after_unknown, stray_arrives_after_unknown, effect_after_dead, effect_after_later_one,
         set_after_later_one, read_confirms, result_kept, done_too_late, refused_late};

#ifdef ONLY /* this property alone, to see which of them a mutation violates */
#define PROPERTY(name, condition) assert(name != ONLY || (condition))
#else
#define PROPERTY(name, condition) assert(name && (condition))
#endif

#ifdef WITNESS /* this must be possible: a run that looks for it has to end here */
#define POSSIBLE(name, condition) assert(name != WITNESS || !(condition))
#else
#define POSSIBLE(name, condition) skip
#endif

/* From `calm` on nothing fails any more. Safety is checked without such a moment: who has no work does not fail. */
#if defined(LIVENESS)
bool calm;
#define NOTHING_FAILS false
#elif defined(CALM)
#define calm true
#define NOTHING_FAILS true
#else
#define calm false
#define NOTHING_FAILS false
#endif

/* ---- Redis ---- */

#define ENTRIES 5 /* room for one more than UPDATES: mutations add an update twice */
#define NOTHING 15

/* Where an entry of {prefix}:updates is: not added yet, settled, unread, or who holds it. */
#define ABSENT     0
#define GONE       1
#define UNREAD     2
#define PARK       3
#define FREE       4
#define ORPHAN     5 /* a worker that does not know of it: whoever lives under a dead one's name */
#define HELD_BY(w) (6 + (w))

byte holder[ENTRIES];
byte update_of[ENTRIES];
byte deliveries[ENTRIES];
byte entries;           /* added so far */
bool seen[UPDATES];     /* {prefix}:seen, what bq_push drops as a repeat */
byte busy[2] = NOTHING; /* {prefix}:busy, chat -> entry */

/* {prefix}:intents, by entry and step: none, BEGUN, or the result that was recorded, DONE or REFUSED. */
mtype = {BEGUN, DONE, REFUSED};
#define NO_INTENT 0
byte intent[2 * ENTRIES];

#if UNWANTED
bool unwanted[UPDATES]; /* its deadline has passed, or {prefix}:intents holds the wish to cancel it */
#endif

/* What the chat was told: nothing yet, DONE, REFUSED, UNKNOWN, or that its update was given up: no call of it was begun,
 * or one may have been made. */
mtype = {UNKNOWN, DEAD_CLEAN, DEAD_DOUBT};
#define NOT_YET 0
byte told[UPDATES];

#define ENDED(u)    (told[u] != NOT_YET)
#define DOUBTFUL(u) (told[u] == UNKNOWN || told[u] == DEAD_DOUBT)

/* ---- the rest of the world ---- */

byte confirmed;              /* Telegram has forgotten the updates below this one */
byte effects[2 * UPDATES];   /* on the hosting account, of each call: 0, 1, or 2 for more */
bool strays[2 * UPDATES];    /* a request is on its way whose answer nobody waits for */
byte job[WORKERS] = NOTHING; /* the entry that a worker believes to be its own */

/* Of worker `w`. */
#define UPDATE   update_of[job[w]]
#define IS_OWNER (holder[job[w]] == HELD_BY(w))

hidden byte i, e, n, was; /* to work with inside a step; 0 between steps */

/* ---- what has to hold, where it could break ---- */

inline check_gate(chat)
{
    n = 0;
    for (i : 0 .. ENTRIES - 1) {
        if
        :: holder[i] >= FREE && CHAT_OF(update_of[i]) == chat -> n++
        :: else
        fi
    }
    i = 0;
    PROPERTY(one_running, n <= 1);
    n = 0
}

inline check_ended_before(u)
{
    for (i : 0 .. UPDATES - 1) {
        PROPERTY(order, i >= (u) || !SAME_CHAT(i, u) || ENDED(i))
    }
    i = 0
}

/* A call takes effect on the hosting account. */
inline take_effect(u, at_step)
{
    printf("hosting account: call of update %d, step %d takes effect\n", u, at_step);
    POSSIBLE(effect_after_dead, told[u] == DEAD_DOUBT);
    effects[CALL(u, at_step)] = (effects[CALL(u, at_step)] == 0 -> 1 : 2);
    PROPERTY(one_effect, effects[CALL(u, at_step)] == 1 || HAS(SETTING, u));
    PROPERTY(honest, !ENDED(u) || DOUBTFUL(u) || HAS(SETTING, u));
    PROPERTY(order, at_step == 0 || effects[CALL(u, 0)]);
    check_ended_before(u);
    for (i : 0 .. UPDATES - 1) {
        if
        :: i > (u) && SAME_CHAT(i, u) && effects[CALL(i, 0)] ->
            PROPERTY(order, DOUBTFUL(u) || HAS(SETTING, u));
            POSSIBLE(effect_after_later_one, told[i] == DONE);
            POSSIBLE(set_after_later_one, told[u] == DONE && told[i] == DONE)
        :: else
        fi
    }
    i = 0
}

/* {prefix}:replies gets an answer. */
inline tell(u, what)
{
    printf("the chat is told of update %d: %e\n", u, what);
    PROPERTY(answered_once, !ENDED(u));
    PROPERTY(honest, what != DONE || STEPS_OF(u) < 1 || effects[CALL(u, 0)]);
    PROPERTY(honest, what != DONE || STEPS_OF(u) < 2 || effects[CALL(u, 1)]);
    PROPERTY(honest, what != DEAD_CLEAN || !effects[CALL(u, 0)]);
    PROPERTY(unprovoked, !NOTHING_FAILS || HAS(POISON, u) || what == DONE || what == REFUSED);
    check_ended_before(u);
    told[u] = what
}

/* ---- functions.lua: the stream and the gate ---- */

#if defined(NO_DUPLICATE_CHECK)
#define IS_NEW(u) (entries < ENTRIES)
#elif defined(PUSH_IN_TWO_STEPS)
#define IS_NEW(u) HAS(noted, u)
#else
#define IS_NEW(u) (!seen[u])
#endif

/* Adds what follows `from` and comes before `to`. */
inline bq_push(from, to)
{
    for (i : from .. to - 1) {
        if
        :: IS_NEW(i) ->
            seen[i] = true;
            update_of[entries] = i;
            holder[entries] = UNREAD;
            entries++
        :: else
        fi
    }
    i = 0
}

/* `next` is given the chat's next entry, which is left in `e`; or there is none, and the chat is free. */
inline pass_on(chat, next)
{
    e = NOTHING;
#ifndef FORGET_PARKED
    for (i : 0 .. ENTRIES - 1) {
        if
        :: e == NOTHING && holder[i] == PARK && CHAT_OF(update_of[i]) == chat -> e = i
        :: else
        fi
    }
    i = 0;
#endif
#ifdef HAND_OVER_UNGATED
    busy[chat] = NOTHING;
#else
    busy[chat] = e;
#endif
    if
    :: e != NOTHING ->
        deliveries[e] = (next != FREE);
        holder[e] = next
    :: else
    fi
}

/* Acknowledged and deleted, its intents with it, and its chat goes on. The chat's next entry is left in `e`. */
inline settle(entry, next)
{
    was = entry;
    holder[was] = GONE;
    deliveries[was] = 0;
#ifndef KEEP_INTENTS
    intent[CALL(was, 0)] = NO_INTENT;
    intent[CALL(was, 1)] = NO_INTENT;
#endif
    e = NOTHING;
    if
    :: busy[CHAT_OF(update_of[was])] == was -> pass_on(CHAT_OF(update_of[was]), next)
    :: else
    fi;
    check_gate(CHAT_OF(update_of[was]));
    was = 0
}

/* Leaves the first entry that is there in `e`; there is one. */
inline find_first(where)
{
    e = 0;
    do
    :: holder[e] != where -> e++
    :: else -> break
    od
}

inline deliver()
{
    printf("worker %d: has update %d\n", w, update_of[e]);
    holder[e] = HELD_BY(w);
    deliveries[e]++;
    job[w] = e
}

inline enter_or_park()
{
    if
    :: busy[CHAT_OF(update_of[e])] == NOTHING ->
        busy[CHAT_OF(update_of[e])] = e;
        deliver()
    :: else ->
        printf("worker %d: parks update %d\n", w, update_of[e]);
        holder[e] = PARK
    fi;
    check_gate(CHAT_OF(update_of[e]))
}

/* bq_take looks at FREE and then at unread entries, or the other way round. */
inline bq_take_free()
{
    find_first(FREE);
    deliver()
}

/* One entry, as if PARKS_PER_TAKE were 1. */
inline bq_take_new()
{
    find_first(UNREAD);
    enter_or_park()
}

inline bq_give_back()
{
    printf("worker %d: gives update %d back\n", w, UPDATE);
    holder[job[w]] = FREE;
#ifdef FORGET_ON_GIVE_BACK
    intent[CALL(job[w], 0)] = NO_INTENT;
    intent[CALL(job[w], 1)] = NO_INTENT;
#endif
    deliveries[job[w]]--
}

/* A worker that is alive and on time renews the lease of its job. */
#ifdef REAP_EARLY
#define LEASE_OVER true
#else
#define LEASE_OVER (!calm)
#endif
#define LAPSED(x) (holder[x] == ORPHAN || (holder[x] >= HELD_BY(0) && LEASE_OVER))

#ifdef DEAD_SAYS_NOT_DONE
#define LAST_WORD DEAD_CLEAN
#else
#define LAST_WORD (intent[CALL(e, 0)] == NO_INTENT -> DEAD_CLEAN : DEAD_DOUBT)
#endif

/* Takes `e` over, or gives it up and says so. */
inline bq_reap()
{
    if
    :: deliveries[e] < DELIVERIES_MOST ->
        deliver()
#ifdef NO_DELIVERY_LIMIT
    :: else ->
        deliveries[e] = 0;
        deliver()
#else
    :: else ->
        printf("worker %d: gives update %d up\n", w, update_of[e]);
        n = LAST_WORD;
        tell(update_of[e], n);
        settle(e, FREE)
#endif
    fi
}

/* ---- functions.lua: intents ---- */

#ifdef BEGIN_UNFENCED
#define MAY_BEGIN true
#else
#define MAY_BEGIN IS_OWNER
#endif
#ifdef RECORD_UNFENCED
#define MAY_RECORD true
#else
#define MAY_RECORD IS_OWNER
#endif
#ifdef DONE_UNFENCED
#define MAY_FINISH true
#else
#define MAY_FINISH IS_OWNER
#endif

#if !UNWANTED
#define MUST_NOT_BEGIN false
#elif defined(LATE_IN_DOUBT)
#define MUST_NOT_BEGIN unwanted[UPDATE]
#else
#define MUST_NOT_BEGIN \
    (unwanted[UPDATE] && intent[CALL(job[w], 0)] == NO_INTENT && intent[CALL(job[w], 1)] == NO_INTENT)
#endif

/* `got` is NO_INTENT for CALL, BEGUN for DOUBT, REFUSED for LATE and CANCELLED, or the result of the earlier attempt. */
inline bq_begin()
{
    got = intent[CALL(job[w], step)];
    POSSIBLE(result_kept, got == DONE);
    POSSIBLE(refused_late, MUST_NOT_BEGIN && step == 0);
    if
    :: MUST_NOT_BEGIN ->
        printf("worker %d: must not begin update %d any more\n", w, UPDATE);
        got = REFUSED
    :: !(MUST_NOT_BEGIN) && got == NO_INTENT ->
        printf("worker %d: begins step %d\n", w, step);
#ifndef BEGIN_AFTER_CALL
        intent[CALL(job[w], step)] = BEGUN
#endif
    :: else -> printf("worker %d: finds an intent: %e\n", w, got)
    fi
}

inline bq_record()
{
    printf("worker %d: records %e\n", w, got);
    intent[CALL(job[w], step)] = got
}

/* Says `got` to the chat. Its next entry goes to this worker, or to FREE, which is what a worker asks for now and then. */
inline bq_done()
{
    PROPERTY(honest, got != REFUSED || !effects[CALL(UPDATE, step)]);
    tell(UPDATE, got);
    if
    :: settle(job[w], HELD_BY(w)); job[w] = e
    :: settle(job[w], FREE); job[w] = NOTHING
    fi;
    if
    :: job[w] != NOTHING -> printf("worker %d: has update %d, handed over\n", w, UPDATE)
    :: else
    fi;
    e = 0
}

/* ---- gateway: getUpdates, push, and the next getUpdates, whose offset confirms ---- */

inline confirm()
{
    printf("gateway: confirms updates %d to %d\n", 0, to - 1);
    for (i : 0 .. to - 1) {
        PROPERTY(durable, seen[i])
    }
    i = 0;
    confirmed = (to > confirmed -> to : confirmed)
}

proctype gateway()
{
    byte from, to;
#ifdef PUSH_IN_TWO_STEPS
    byte noted;
#endif

end_polling:
    atomic {
        confirmed < UPDATES;
        from = confirmed;
        select(to : from + 1 .. UPDATES); /* as many as have arrived */
        printf("gateway: gets updates %d to %d\n", from, to - 1)
    }
#ifdef CONFIRM_BEFORE_PUSH
    atomic { confirm() }
#endif
#ifdef PUSH_IN_TWO_STEPS
    atomic {
        for (i : from .. to - 1) {
            noted = noted | (!seen[i] << i);
            seen[i] = true
        }
        i = 0
    }
#endif
    if
    :: atomic { true; bq_push(from, to); printf("gateway: has pushed updates %d to %d\n", from, to - 1) }
    :: atomic { !calm; goto killed }
    fi;
    if
    :: atomic { true; confirm() }
    :: atomic { !calm; goto killed }
    fi;
killed:
    atomic {
        from = 0;
        to = 0;
#ifdef PUSH_IN_TWO_STEPS
        noted = 0;
#endif
        goto end_polling
    }
}

/* ---- worker ---- */

#ifdef DOUBT_IS_NO
#define NOT_SEEN REFUSED
#else
#define NOT_SEEN UNKNOWN
#endif

#define IS_POISON HAS(POISON, UPDATE)

#define ANY(where) \
    (holder[0] == where || holder[1] == where || holder[2] == where || holder[3] == where || holder[4] == where)

inline request_strays()
{
    printf("worker %d: its request for update %d is on the way\n", w, UPDATE);
    strays[CALL(UPDATE, step)] = true
}

proctype worker(byte w)
{
    byte step, got;

end_idle:
    atomic {
        if
        :: ANY(FREE) -> bq_take_free()
#ifdef GATE_IN_TWO_STEPS
        :: ANY(UNREAD) -> find_first(UNREAD); deliver(); e = 0; goto gate
#else
        :: ANY(UNREAD) -> bq_take_new()
#endif
        :: LAPSED(0) -> e = 0; bq_reap()
        :: LAPSED(1) -> e = 1; bq_reap()
        :: LAPSED(2) -> e = 2; bq_reap()
        :: LAPSED(3) -> e = 3; bq_reap()
        :: LAPSED(4) -> e = 4; bq_reap()
        fi;
        e = 0;
        if
        :: job[w] == NOTHING -> goto end_idle
        :: else
        fi
    }

working: /* what is to be done? */
    if
    :: atomic { IS_POISON || !calm; goto gone }
    :: atomic { !IS_POISON && !calm && IS_OWNER; bq_give_back(); goto gone }
    :: atomic { !IS_POISON && STEPS_OF(UPDATE) == 0; got = DONE; goto finish }
    :: atomic { !IS_POISON && STEPS_OF(UPDATE) > 0 && !MAY_BEGIN; goto gone }
    :: atomic {
        !IS_POISON && STEPS_OF(UPDATE) > 0 && MAY_BEGIN;
        bq_begin();
        if
        :: got == NO_INTENT -> goto call
        :: got == NO_INTENT && !calm -> goto doubt /* its answer was lost, and it was called again */
#ifdef REPEAT_ON_DOUBT
        :: got == BEGUN -> goto call
#else
        :: got == BEGUN -> goto doubt
#endif
        :: got == DONE -> goto next_step
        :: got == REFUSED -> goto finish
        fi
       }
    fi;

call: /* a request to the hosting account. Here nothing stops a worker that is the owner no more */
    if
    :: atomic {
        true;
        POSSIBLE(sleeper_sends_after_unknown, told[UPDATE] == UNKNOWN);
        take_effect(UPDATE, step);
#ifdef TRANSPORT_REPEATS
        strays[CALL(UPDATE, step)] = true;
#endif
        got = DONE;
        goto called
       }
    :: atomic { HAS(REFUSING, UPDATE); got = REFUSED; goto record }
    :: atomic { !calm; request_strays(); goto doubt } /* no answer in time */
    :: atomic { !calm; request_strays(); goto gone }
    :: atomic { !calm; goto gone }
    fi;

called: /* it has taken effect, its answer is on the way */
    if
    :: atomic { true; goto record }
    :: atomic { !calm; goto doubt }
    :: atomic { !calm; goto gone }
    fi;

doubt: /* a read: is it there? */
    if
    :: atomic {
        effects[CALL(UPDATE, step)];
        printf("worker %d: reads: step %d took effect\n", w, step);
        POSSIBLE(read_confirms, true);
        got = DONE;
        goto record
       }
    :: atomic {
        !effects[CALL(UPDATE, step)] || !calm; /* not there, or no answer */
        printf("worker %d: reads: step %d cannot be seen\n", w, step);
        got = NOT_SEEN;
        goto finish
       }
    :: atomic { !effects[CALL(UPDATE, step)] && HAS(SETTING, UPDATE); got = NO_INTENT; goto call }
    :: atomic { !calm && IS_OWNER; bq_give_back(); goto gone }
    :: atomic { !calm; goto gone }
    fi;

record:
    if
    :: atomic { MAY_RECORD; bq_record(); goto next_step }
    :: atomic { !MAY_RECORD; goto gone }
    :: atomic { !calm; goto gone }
    fi;

next_step:
    atomic {
        if
        :: got == DONE && step + 1 < STEPS_OF(UPDATE) -> step++; got = NO_INTENT; goto working
        :: else
        fi
    }

finish:
    if
    :: atomic { MAY_FINISH; bq_done(); step = 0; got = NO_INTENT; goto handed_over }
    :: atomic { !MAY_FINISH; POSSIBLE(done_too_late, true); goto gone }
    :: atomic { !calm; goto gone }
    fi;

handed_over:
    atomic {
        if
        :: job[w] != NOTHING -> goto working
        :: else -> goto end_idle
        fi
    }

gone: /* killed, and started again; or told that the entry is another's */
    atomic {
        if
        :: IS_OWNER -> printf("worker %d: dies with update %d\n", w, UPDATE); holder[job[w]] = ORPHAN
        :: else -> printf("worker %d: lets go of update %d, which is not its own\n", w, UPDATE)
        fi;
        job[w] = NOTHING;
        step = 0;
        got = NO_INTENT;
        goto end_idle
    }

#ifdef GATE_IN_TWO_STEPS
gate:
    if
    :: atomic {
        true;
        e = job[w];
        deliveries[e] = 0;
        job[w] = NOTHING;
        enter_or_park();
        e = 0;
        goto handed_over
       }
    :: atomic { !calm; goto gone }
    fi
#endif
}

/* ---- the network, the end ---- */

#define ARRIVES(u, at_step) \
    :: atomic { \
        strays[CALL(u, at_step)]; \
        strays[CALL(u, at_step)] = false; \
        if \
        :: POSSIBLE(stray_arrives_after_unknown, told[u] == UNKNOWN); take_effect(u, at_step) \
        :: skip \
        fi \
       }

/* Requests that nobody waits for reach the hosting account late, or never. */
active proctype network()
{
end:
    do
    ARRIVES(0, 0)
    ARRIVES(0, 1)
#if UPDATES > 1
    ARRIVES(1, 0)
    ARRIVES(1, 1)
#endif
#if UPDATES > 2
    ARRIVES(2, 0)
    ARRIVES(2, 1)
#endif
#if UPDATES > 3
    ARRIVES(3, 0)
    ARRIVES(3, 1)
#endif
    od
}

#if UNWANTED
/* Time passes, and people change their minds. */
#define MAY_BECOME_UNWANTED(u) \
    :: atomic { u < UPDATES && HAS(UNWANTED, u) && !unwanted[u]; unwanted[u] = true }

active proctype second_thoughts()
{
end:
    do
    MAY_BECOME_UNWANTED(0)
    MAY_BECOME_UNWANTED(1)
#if UPDATES > 2
    MAY_BECOME_UNWANTED(2)
#endif
    od
}
#endif

#ifdef RELEASING
/* A person releases what a worker has. Never more often than it would be reaped: a person tires. */
#define MAY_BE_RELEASED(x) \
    :: atomic { \
        !calm && holder[x] >= ORPHAN && deliveries[x] < DELIVERIES_MOST; \
        printf("a person releases update %d\n", update_of[x]); \
        holder[x] = FREE \
       }

active proctype person()
{
end:
    do
    MAY_BE_RELEASED(0)
    MAY_BE_RELEASED(1)
    MAY_BE_RELEASED(2)
    od
}
#endif

#ifdef LIVENESS
active proctype calming()
{
    calm = true
}

#if UPDATES == 2
#define ALL_ENDED (ENDED(0) && ENDED(1))
#elif UPDATES == 3
#define ALL_ENDED (ENDED(0) && ENDED(1) && ENDED(2))
#else
#define ALL_ENDED (ENDED(0) && ENDED(1) && ENDED(2) && ENDED(3))
#endif
ltl every_update_ends { <> ALL_ENDED }

#else
/* Looks at what is left when nobody can go on. */
active proctype inspector()
{
end:
    atomic {
        timeout;
        for (i : 0 .. UPDATES - 1) {
            PROPERTY(no_loss, ENDED(i))
        }
        for (i : 0 .. ENTRIES - 1) {
            PROPERTY(at_rest, holder[i] <= GONE);
            PROPERTY(at_rest, intent[CALL(i, 0)] == NO_INTENT && intent[CALL(i, 1)] == NO_INTENT)
        }
        i = 0;
        PROPERTY(at_rest, busy[0] == NOTHING && busy[1] == NOTHING)
    }
}
#endif

init
{
    atomic {
#if GATEWAYS > 0
        for (i : 1 .. GATEWAYS) {
            run gateway()
        }
#else
        bq_push(0, UPDATES);
#endif
        for (i : 0 .. WORKERS - 1) {
            run worker(i)
        }
        i = 0
    }
}

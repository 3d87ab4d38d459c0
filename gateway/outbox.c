/* SPDX-License-Identifier: MIT */
#include "gateway/outbox.h"

#include "gateway/pace.h"
#include "shared/base/compiler.h"
#include "shared/base/mem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    DRAINED = OUTBOX_LANE_MAX / 4, /* so few entries left in a lane: time to read on */
    IDLE_CHATS_MAX = 64,           /* chats without entries that may stay known      */
    FLOOD_WITHIN_MS = 1000,        /* several chats flooded within this time ...     */
    FLOOD_REST_MS = 5000,          /* ... rest all for so long                       */
};

static const struct pace_rate CHAT_RATE = {.interval_ms = 1000, .burst = 3};
static const struct pace_span GROUP_SPAN = {.most = 20, .span_ms = 60000};
static const struct pace_span ALL_SPAN = {.most = 28, .span_ms = 1000};

enum lane_kind { LANE_MESSAGES, LANE_ANSWERS, LANE_COUNT };

struct outbox_item {
    struct outbox_item *next;
    struct chat *chat;
    enum lane_kind lane;
    char *id;
    char *doom; /* why it is never sent; NULL: it is */
    size_t bytes;
    void *load;
};

struct lane {
    struct outbox_item *first; /* the one under way, if any      */
    struct outbox_item *last;
    size_t count;          /* entries                        */
    bool under_way;        /* `first` is being sent          */
    bool left_some;        /* later entries stayed in Redis  */
    bool seeks;            /* they are being read again */
    int64_t not_before_ms; /* held until then                */
    bool in_redis;         /* because of what Redis has      */
};

struct chat {
    int64_t id;
    struct lane lanes[LANE_COUNT];
    struct pace_bucket second;
    struct pace_window minute; /* of a group */
};

struct outbox {
    bool limited;
    struct chat **chats; /* in the order in which they are served */
    size_t chat_count;
    size_t turn;      /* chat that is served next              */
    size_t count;     /* entries                               */
    size_t bytes;     /* of all entries                        */
    size_t under_way; /* calls                                 */
    int64_t not_before_ms;
    struct pace_window all;
    struct pace_alarm floods;
};

struct outbox *outbox_new(bool limited)
{
    struct outbox *outbox = xcalloc(1, sizeof(*outbox));

    outbox->limited = limited;
    pace_alarm_init(&outbox->floods);
    return outbox;
}

/* All lanes of all chats, numbered. */
static size_t lane_count(const struct outbox *outbox)
{
    return outbox->chat_count * LANE_COUNT;
}

static struct lane *lane_at(const struct outbox *outbox, size_t index)
{
    return &outbox->chats[index / LANE_COUNT]->lanes[index % LANE_COUNT];
}

static void free_item(struct outbox_item *item)
{
    free(item->doom);
    free(item->id);
    free(item);
}

void outbox_free(struct outbox *outbox, void (*release)(void *load))
{
    if (!outbox) {
        return;
    }
    for (size_t i = 0; i < lane_count(outbox); i++) {
        struct lane *lane = lane_at(outbox, i);

        while (lane->first) {
            struct outbox_item *item = lane->first;

            lane->first = item->next;
            release(item->load);
            free_item(item);
        }
    }
    for (size_t i = 0; i < outbox->chat_count; i++) {
        free(outbox->chats[i]);
    }
    free(outbox->chats);
    free(outbox);
}

size_t outbox_room(const struct outbox *outbox)
{
    return outbox->bytes >= OUTBOX_MAX_BYTES ? 0 : OUTBOX_MAX - outbox->count;
}

static bool lane_has(const struct lane *lane, const char *id)
{
    const struct outbox_item *item = lane->first;

    while (item && strcmp(item->id, id) != 0) {
        item = item->next;
    }
    return item != NULL;
}

bool outbox_has(const struct outbox *outbox, const char *id)
{
    for (size_t i = 0; i < lane_count(outbox); i++) {
        if (lane_has(lane_at(outbox, i), id)) {
            return true;
        }
    }
    return false;
}

static struct chat *find_chat(const struct outbox *outbox, int64_t chat_id)
{
    for (size_t i = 0; i < outbox->chat_count; i++) {
        if (outbox->chats[i]->id == chat_id) {
            return outbox->chats[i];
        }
    }
    return NULL;
}

bool outbox_knows_chat(const struct outbox *outbox, int64_t chat_id)
{
    return find_chat(outbox, chat_id) != NULL;
}

static struct chat *add_chat(struct outbox *outbox, int64_t chat_id)
{
    struct chat *chat = xcalloc(1, sizeof(*chat));

    chat->id = chat_id;
    outbox->chats = xreallocarray(outbox->chats, outbox->chat_count + 1, sizeof(struct chat *));
    outbox->chats[outbox->chat_count++] = chat;
    return chat;
}

static struct chat *need_chat(struct outbox *outbox, int64_t chat_id)
{
    struct chat *chat = find_chat(outbox, chat_id);

    return chat ? chat : add_chat(outbox, chat_id);
}

bool outbox_add(struct outbox *outbox, const struct outbox_entry *entry)
{
    struct chat *chat = need_chat(outbox, entry->chat_id);
    enum lane_kind kind = entry->answer ? LANE_ANSWERS : LANE_MESSAGES;
    struct lane *lane = &chat->lanes[kind];
    struct outbox_item *item;

    if (lane->left_some || lane->count >= OUTBOX_LANE_MAX || outbox->count >= OUTBOX_MAX) {
        lane->left_some = true; /* the ones after it too, or they would overtake it */
        lane->seeks = false;
        return false;
    }
    item = xcalloc(1, sizeof(*item));
    item->chat = chat;
    item->lane = kind;
    item->id = xstrdup(entry->id);
    item->bytes = entry->bytes;
    item->load = entry->load;
    if (lane->last) {
        lane->last->next = item;
    } else {
        lane->first = item;
    }
    lane->last = item;
    lane->count++;
    outbox->count++;
    outbox->bytes += item->bytes;
    return true;
}

bool outbox_wants_rereading(const struct outbox *outbox)
{
    for (size_t i = 0; i < lane_count(outbox) && outbox->count <= OUTBOX_MAX / 2; i++) {
        if (lane_at(outbox, i)->left_some && lane_at(outbox, i)->count <= DRAINED) {
            return true;
        }
    }
    return false;
}

void outbox_reread(struct outbox *outbox)
{
    for (size_t i = 0; i < lane_count(outbox); i++) {
        struct lane *lane = lane_at(outbox, i);

        lane->seeks = lane->left_some;
        lane->left_some = false;
    }
}

bool outbox_seeks(const struct outbox *outbox)
{
    for (size_t i = 0; i < lane_count(outbox); i++) {
        if (lane_at(outbox, i)->seeks) {
            return true;
        }
    }
    return false;
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* The earliest time, not before now, at which the lane's first entry may be sent. */
static int64_t lane_ready_ms(const struct outbox *outbox, const struct chat *chat,
                             enum lane_kind kind, int64_t now_ms)
{
    int64_t ready_ms = later(now_ms, chat->lanes[kind].not_before_ms);

    if (!outbox->limited || kind == LANE_ANSWERS) {
        return ready_ms;
    }
    ready_ms = later(ready_ms, pace_bucket_ready_ms(&chat->second, CHAT_RATE, now_ms));
    if (chat->id < 0) {
        ready_ms = later(ready_ms, pace_window_ready_ms(&chat->minute, GROUP_SPAN, now_ms));
    }
    return ready_ms;
}

static int64_t all_ready_ms(const struct outbox *outbox, int64_t now_ms)
{
    int64_t ready_ms = later(now_ms, outbox->not_before_ms);

    if (outbox->limited) {
        ready_ms = later(ready_ms, pace_window_ready_ms(&outbox->all, ALL_SPAN, now_ms));
    }
    return ready_ms;
}

static void count_call(struct outbox *outbox, struct chat *chat, enum lane_kind kind,
                       int64_t now_ms)
{
    pace_window_take(&outbox->all, ALL_SPAN, now_ms);
    if (kind == LANE_ANSWERS) {
        return; /* no message of the chat: presses would halve what a person sees a second */
    }
    pace_bucket_take(&chat->second, CHAT_RATE, now_ms);
    if (chat->id < 0) {
        pace_window_take(&chat->minute, GROUP_SPAN, now_ms);
    }
}

static bool has_waiting(const struct lane *lane)
{
    return lane->first && !lane->under_way && !lane->first->doom;
}

/* True when nothing about the chat has to be remembered. */
static bool is_forgettable(const struct chat *chat, int64_t now_ms)
{
    for (size_t i = 0; i < LANE_COUNT; i++) {
        const struct lane *lane = &chat->lanes[i];

        if (lane->first || lane->left_some || lane->seeks || lane->not_before_ms > now_ms) {
            return false;
        }
    }
    return chat->second.full_ms <= now_ms &&
           pace_window_is_empty(&chat->minute, GROUP_SPAN, now_ms);
}

static void forget_idle_chats(struct outbox *outbox, int64_t now_ms)
{
    size_t kept = 0;

    if (outbox->chat_count <= IDLE_CHATS_MAX) {
        return;
    }
    for (size_t i = 0; i < outbox->chat_count; i++) {
        if (is_forgettable(outbox->chats[i], now_ms)) {
            free(outbox->chats[i]);
        } else {
            outbox->chats[kept++] = outbox->chats[i];
        }
    }
    outbox->chat_count = kept;
}

static struct outbox_item *start(struct outbox *outbox, struct chat *chat, enum lane_kind kind,
                                 int64_t now_ms)
{
    struct lane *lane = &chat->lanes[kind];

    lane->under_way = true;
    outbox->under_way++;
    count_call(outbox, chat, kind, now_ms);
    return lane->first;
}

struct outbox_item *outbox_next(struct outbox *outbox, int64_t now_ms)
{
    forget_idle_chats(outbox, now_ms);
    if (outbox->under_way >= OUTBOX_UNDER_WAY_MAX || all_ready_ms(outbox, now_ms) > now_ms) {
        return NULL;
    }
    /* All answers first, then the chats in turn. */
    for (size_t i = 0; i < outbox->chat_count; i++) {
        struct chat *chat = outbox->chats[i];

        if (has_waiting(&chat->lanes[LANE_ANSWERS]) &&
            lane_ready_ms(outbox, chat, LANE_ANSWERS, now_ms) <= now_ms) {
            return start(outbox, chat, LANE_ANSWERS, now_ms);
        }
    }
    for (size_t i = 0; i < outbox->chat_count; i++) {
        size_t place = (outbox->turn + i) % outbox->chat_count;
        struct chat *chat = outbox->chats[place];

        if (has_waiting(&chat->lanes[LANE_MESSAGES]) &&
            lane_ready_ms(outbox, chat, LANE_MESSAGES, now_ms) <= now_ms) {
            outbox->turn = place + 1;
            return start(outbox, chat, LANE_MESSAGES, now_ms);
        }
    }
    return NULL;
}

void *outbox_load(const struct outbox_item *item)
{
    return item->load;
}

size_t outbox_doom(const struct outbox_item *item, const char *reason)
{
    size_t count = 0;

    for (struct outbox_item *next = item->next; next; next = next->next) {
        free(next->doom);
        next->doom = xstrdup(reason);
        count++;
    }
    return count;
}

struct outbox_item *outbox_next_doomed(struct outbox *outbox, const char **out_reason)
{
    for (size_t i = 0; i < lane_count(outbox) && outbox->under_way < OUTBOX_UNDER_WAY_MAX; i++) {
        struct lane *lane = lane_at(outbox, i);

        if (lane->first && lane->first->doom && !lane->under_way) {
            lane->under_way = true;
            outbox->under_way++;
            *out_reason = lane->first->doom;
            return lane->first;
        }
    }
    return NULL;
}

static struct lane *end_call(struct outbox *outbox, const struct outbox_item *item)
{
    struct lane *lane = &item->chat->lanes[item->lane];

    assert(lane->under_way && lane->first == item);
    lane->under_way = false;
    outbox->under_way--;
    return lane;
}

void outbox_retry(struct outbox *outbox, struct outbox_item *item, int64_t not_before_ms)
{
    struct lane *lane = end_call(outbox, item);

    lane->not_before_ms = later(lane->not_before_ms, not_before_ms);
}

void outbox_remove(struct outbox *outbox, struct outbox_item *item)
{
    struct lane *lane = end_call(outbox, item);

    lane->first = item->next;
    if (!lane->first) {
        lane->last = NULL;
    }
    lane->count--;
    outbox->count--;
    outbox->bytes -= item->bytes;
    free_item(item);
}

void outbox_hold_chat(struct outbox *outbox, int64_t chat_id, int64_t until_ms)
{
    struct lane *lane = &need_chat(outbox, chat_id)->lanes[LANE_MESSAGES];

    lane->not_before_ms = later(lane->not_before_ms, until_ms);
    lane->in_redis = true;
}

static bool is_held(const struct lane *lane, int64_t now_ms)
{
    return lane->in_redis && lane->not_before_ms > now_ms && has_waiting(lane);
}

size_t outbox_held_chats(const struct outbox *outbox, int64_t now_ms, int64_t out[], size_t most)
{
    size_t count = 0;

    for (size_t i = 0; i < outbox->chat_count && count < most; i++) {
        if (is_held(&outbox->chats[i]->lanes[LANE_MESSAGES], now_ms)) {
            out[count++] = outbox->chats[i]->id;
        }
    }
    return count;
}

void outbox_release_chat(struct outbox *outbox, int64_t chat_id)
{
    struct chat *chat = find_chat(outbox, chat_id);

    if (chat && chat->lanes[LANE_MESSAGES].in_redis) {
        chat->lanes[LANE_MESSAGES].not_before_ms = 0;
        chat->lanes[LANE_MESSAGES].in_redis = false;
    }
}

void outbox_hold_all(struct outbox *outbox, int64_t until_ms)
{
    outbox->not_before_ms = later(outbox->not_before_ms, until_ms);
}

void outbox_flooded(struct outbox *outbox, struct outbox_item *item, int64_t until_ms,
                    int64_t now_ms)
{
    int64_t chat_id = item->chat->id;

    outbox_retry(outbox, item, until_ms);
    if (pace_alarm_rings(&outbox->floods, chat_id, FLOOD_WITHIN_MS, now_ms)) {
        outbox_hold_all(outbox, now_ms + FLOOD_REST_MS);
    }
}

int64_t outbox_wait_ms(const struct outbox *outbox, int64_t now_ms)
{
    int64_t first_ms = INT64_MAX;

    if (outbox->under_way >= OUTBOX_UNDER_WAY_MAX) {
        return -1;
    }
    for (size_t i = 0; i < lane_count(outbox); i++) {
        const struct chat *chat = outbox->chats[i / LANE_COUNT];
        enum lane_kind kind = i % LANE_COUNT == 0 ? LANE_MESSAGES : LANE_ANSWERS;
        int64_t ready_ms;

        if (!has_waiting(&chat->lanes[kind])) {
            continue;
        }
        ready_ms = lane_ready_ms(outbox, chat, kind, now_ms);
        first_ms = ready_ms < first_ms ? ready_ms : first_ms;
    }
    if (first_ms == INT64_MAX) {
        return -1;
    }
    return later(first_ms, all_ready_ms(outbox, now_ms)) - now_ms;
}

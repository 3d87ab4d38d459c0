/* SPDX-License-Identifier: MIT */
/*
 * Adding, deleting and changing a record of a name, where the target's text
 * says which (dns_words.h); and undoing the last change of it that is in the
 * log. What that does to the records is worker/beget/dns_edit.h.
 */
#include "worker/chat/changes.h"

#include "shared/base/compiler.h"
#include "worker/beget/dns_edit.h"
#include "worker/beget/dns_state.h"
#include "worker/chat/dns_diff.h"
#include "worker/chat/dns_words.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* clang-format off */
static const enum text_id VERDICTS[DNS_VERDICT_COUNT] = {
    [DNS_VERDICT_THERE_ALREADY]     = TEXT_DNS_THERE_ALREADY,
    [DNS_VERDICT_NOT_THERE]         = TEXT_DNS_NOT_THERE,
    [DNS_VERDICT_AMBIGUOUS]         = TEXT_DNS_AMBIGUOUS,
    [DNS_VERDICT_WOULD_LOSE_CAA]    = TEXT_DNS_WOULD_LOSE_CAA,
    [DNS_VERDICT_WOULD_LOSE_SRV]    = TEXT_DNS_WOULD_LOSE_SRV,
    [DNS_VERDICT_UNKNOWN_RECORDS]   = TEXT_DNS_UNKNOWN_RECORDS,
    [DNS_VERDICT_TOO_MANY]          = TEXT_DNS_TOO_MANY,
    [DNS_VERDICT_ONLY_ON_SUBDOMAIN] = TEXT_DNS_ONLY_ON_SUBDOMAIN,
    [DNS_VERDICT_LOOPS]             = TEXT_DNS_LOOPS,
    [DNS_VERDICT_NOT_HERE]          = TEXT_DNS_NOT_HERE,
    [DNS_VERDICT_CHANGED_SINCE]     = TEXT_DNS_CHANGED_SINCE,
    [DNS_VERDICT_STATE_UNREADABLE]  = TEXT_DNS_CHANGED_SINCE,
};
/* clang-format on */

static const char WWW[] = "www.";

/* Behind the digest of what the question showed, when it showed that the name becomes another kind.
 */
static const char CONVERTS[] = "-converts";

static bool is_undo(const struct target *target)
{
    return target->change == CHANGE_DNS_UNDO;
}

static enum dns_edit_kind kind_of(const struct target *target)
{
    if (target->change == CHANGE_DNS_DEL) {
        return DNS_EDIT_DEL;
    }
    return target->change == CHANGE_DNS_SET ? DNS_EDIT_SET : DNS_EDIT_ADD;
}

bool records_check(const struct target *target, enum text_id *out_why)
{
    struct dns_words words;

    return is_undo(target) || dns_words_read(kind_of(target), target->text, &words, out_why);
}

/* The change that is undone: the last one in the log, when it could be read. */
static const struct log_row *last_change(const struct scene *scene)
{
    return scene->log.count > 0 ? &scene->log.rows[0] : NULL;
}

static void plan_undo(const struct scene *scene, const struct dns_zone *zone,
                      struct dns_change *out)
{
    const struct log_row *last = last_change(scene);

    dns_undo_plan(zone, last ? last->before : "", last ? last->after : "", true, out);
}

/*
 * Plans the target's change on `zone`. A conversion counts as READY: the question says that it is
 * one, and the answer is bound to what the question showed.
 */
static void plan_change(const struct scene *scene, const struct dns_zone *zone,
                        struct dns_change *out)
{
    const struct target *target = &scene->target;
    struct dns_words words;
    enum text_id ignored;

    if (is_undo(target)) {
        plan_undo(scene, zone, out);
        return;
    }
    *out = (struct dns_change){.verdict = DNS_VERDICT_NOT_THERE};
    if (!dns_words_read(kind_of(target), target->text, &words, &ignored) ||
        !dns_words_resolve(&words, zone)) {
        return;
    }
    words.edit.allow_conversion = true;
    dns_edit_plan(zone, target->name, &words.edit, out);
}

/* Both states around the change have to fit into the log, or they could not be compared. */
static bool is_small(const struct scene *scene, const struct dns_change *change)
{
    struct buf state;
    bool small;

    buf_init(&state, CHANGE_STATE_MAX_BYTES);
    dns_zone_state(&scene->zone, &state);
    small = buf_ok(&state);
    buf_free(&state);
    dns_change_state(change, &state);
    small = small && buf_ok(&state);
    buf_free(&state);
    return small;
}

/*
 * "7-1f2e3d4c5b6a7988": what is there. Of an undo behind a dot also what will be, for that depends
 * on the log; of a conversion that it is one.
 */
static void print_seen(const struct scene *scene, const struct dns_change *change,
                       char out[TARGET_SEEN_SIZE])
{
    const struct log_row *last = is_undo(&scene->target) ? last_change(scene) : NULL;
    struct err unreadable = ERR_INIT;
    char digest[DNS_DIGEST_SIZE];
    struct dns_zone then = {0};
    struct buf seen;

    buf_init(&seen, TARGET_SEEN_SIZE - 1);
    dns_zone_digest(&scene->zone, digest);
    buf_addf(&seen, "%s", digest);
    if (last && dns_state_read(last->before, &then, &unreadable)) {
        dns_zone_digest(&then, digest);
        buf_addf(&seen, ".%s", digest);
        dns_zone_free(&then);
    }
    buf_addf(&seen, "%s", change->converts ? CONVERTS : "");
    assert(buf_ok(&seen)); /* a digest begins with the number of records, which is no long one */
    (void)snprintf(out, TARGET_SEEN_SIZE, "%s", buf_text(&seen));
    buf_free(&seen);
}

static void make_ready(const struct scene *scene, const struct dns_change *change,
                       struct change_plan *out)
{
    out->kind = PLAN_READY;
    print_seen(scene, change, out->seen);
    (void)snprintf(out->text, sizeof(out->text), "%s", scene->target.name);
    buf_init(&out->json, (size_t)2 * CHANGE_STATE_MAX_BYTES);
    dns_change_print(change, &out->json);
}

void records_plan(const struct scene *scene, struct change_plan *out)
{
    struct dns_change change;

    *out = (struct change_plan){.kind = PLAN_NOT_OURS, .why = TEXT_NOT_ON_ACCOUNT};
    if (!account_domain_of(&scene->domains, scene->target.name)) {
        return;
    }
    out->kind = PLAN_NOT_NEEDED;
    if (is_undo(&scene->target) && !last_change(scene)) {
        out->why = scene->log_trouble[0] != '\0' ? TEXT_DNS_NO_LOG : TEXT_DNS_NOTHING_TO_UNDO;
        return;
    }
    plan_change(scene, &scene->zone, &change);
    if (is_undo(&scene->target) && change.verdict == DNS_VERDICT_THERE_ALREADY) {
        out->why = TEXT_DNS_AS_BEFORE;
    } else if (change.verdict != DNS_VERDICT_READY) {
        out->why = VERDICTS[change.verdict];
    } else if (!is_small(scene, &change)) {
        out->why = TEXT_DNS_TOO_LARGE;
    } else {
        make_ready(scene, &change, out);
    }
    dns_change_free(&change);
}

void records_state(const struct scene *scene, struct buf *out)
{
    dns_zone_state(&scene->zone, out);
}

void records_detail(const struct scene *scene, const struct change_plan *plan, struct page *page)
{
    struct dns_change change;

    (void)plan;
    plan_change(scene, &scene->zone, &change);
    draw_dns_diff(&change, scene->target.name, page);
    dns_change_free(&change);
}

void records_say(const struct scene *scene, struct buf *out)
{
    const struct log_row *last = last_change(scene);

    if (is_undo(&scene->target)) {
        dns_diff_states(last ? last->after : "", last ? last->before : "", out);
        return;
    }
    dns_words_show(kind_of(&scene->target), scene->target.text, &scene->zone, out);
}

/* What a name becomes something else for is another button, not the one that is pressed by habit.
 */
enum text_id records_label(const struct scene *scene)
{
    static const enum text_id PLAIN[] = {
        [DNS_EDIT_ADD] = TEXT_BUTTON_DNS_ADD,
        [DNS_EDIT_DEL] = TEXT_BUTTON_DNS_DEL,
        [DNS_EDIT_SET] = TEXT_BUTTON_DNS_SET,
    };
    enum text_id label =
        is_undo(&scene->target) ? TEXT_BUTTON_DNS_UNDO : PLAIN[kind_of(&scene->target)];
    struct dns_change change;

    plan_change(scene, &scene->zone, &change);
    if (change.converts) {
        label = dns_zone_count(&scene->zone, DNS_CNAME) > 0 ? TEXT_BUTTON_DNS_FROM_CNAME
                : dns_zone_count(&scene->zone, DNS_NS) > 0  ? TEXT_BUTTON_DNS_FROM_NS
                                                            : TEXT_BUTTON_DNS_FROM_RECORDS;
    }
    dns_change_free(&change);
    return label;
}

bool records_accept(const struct scene *scene, const struct json *result, struct buf *out)
{
    struct dns_change change;
    bool accepted = false;

    if (!json_bool(result, "", &accepted) || !accepted) {
        return false;
    }
    plan_change(scene, &scene->zone, &change);
    dns_change_state(&change, out);
    dns_change_free(&change);
    return true;
}

/* The records are just what the change makes of those that were there before, no more, no fewer. */
bool records_is_done(const struct scene *scene, const char *before)
{
    struct err unreadable = ERR_INIT;
    struct dns_change change;
    struct dns_zone zone;
    struct buf wanted;
    bool done;

    if (!dns_state_read(before, &zone, &unreadable)) {
        return false;
    }
    zone.subdomain = scene->zone.subdomain;
    plan_change(scene, &zone, &change);
    buf_init(&wanted, CHANGE_STATE_MAX_BYTES);
    dns_change_state(&change, &wanted);
    done = change.verdict == DNS_VERDICT_READY && buf_ok(&wanted) &&
           dns_state_matches(&scene->zone, buf_text(&wanted));
    buf_free(&wanted);
    dns_change_free(&change);
    dns_zone_free(&zone);
    return done;
}

void records_note(const struct scene *scene, struct queue_outcome *outcome)
{
    (void)scene, (void)outcome; /* the records are at the hosting account, and nowhere else */
}

struct target records_back(const struct scene *scene)
{
    return target_about(SCREEN_DNS, scene->target.name);
}

bool records_may_undo(const struct rights *rights, const char *name)
{
    return rights_may_edit_dns(rights, name) && rights_may_delete_dns(rights, name);
}

/* The same name with www. before it has records of its own, which do not follow by themselves. */
static void draw_www(const struct scene *scene, struct page *page)
{
    const char *name = scene->target.name;
    char shown[IDN_UNICODE_SIZE];
    char www[IDN_ASCII_SIZE];
    struct rights rights = scene->rights;
    struct target same;

    rights.creator = false; /* of `name`: who created the other is not known */
    if (strncmp(name, WWW, sizeof(WWW) - 1) == 0 || strchr("_*", name[0]) ||
        snprintf(www, sizeof(www), "%s%s", WWW, name) >= (int)sizeof(www) ||
        !CHANGES[scene->target.change].may(&rights, www)) {
        return;
    }
    same = target_with_text(target_of_change(TARGET_ASK, scene->target.change, www, ""),
                            scene->target.text);
    idn_to_unicode(www, shown);
    page_button(page, TEXT_BUTTON_DNS_WWW, TEXT_ARGS({"name", shown}), &same, true);
}

void records_ways(const struct scene *scene, struct page *page)
{
    const char *name = scene->target.name;
    struct target undo = target_of_change(TARGET_ASK, CHANGE_DNS_UNDO, name, "");

    if (records_may_undo(&scene->rights, name)) {
        page_button(page, TEXT_BUTTON_DNS_UNDO_ASK, NULL, &undo, false);
    }
    if (!is_undo(&scene->target)) {
        draw_www(scene, page);
    }
}

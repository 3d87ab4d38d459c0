/* SPDX-License-Identifier: MIT */
/*
 * Adding, deleting and changing a record of a name. The target's text says
 * which record (dns_words.h); what that does to the records is worker/beget/dns_edit.h.
 */
#include "worker/chat/changes.h"

#include "shared/base/compiler.h"
#include "worker/beget/dns_edit.h"
#include "worker/beget/dns_state.h"
#include "worker/chat/dns_diff.h"
#include "worker/chat/dns_words.h"

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
};
/* clang-format on */

static const char WWW[] = "www.";

/* Behind the digest of what the question showed, when it showed that the name becomes another kind.
 */
static const char CONVERTS[] = "-converts";

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

    return dns_words_read(kind_of(target), target->text, &words, out_why);
}

/*
 * Plans the target's edit on `zone`. A conversion counts as READY: the question says that it is
 * one, and the answer is bound to what the question showed.
 */
static void plan_edit(const struct target *target, const struct dns_zone *zone,
                      struct dns_change *out)
{
    struct dns_words words;
    enum text_id ignored;

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

static void make_ready(const struct scene *scene, const struct dns_change *change,
                       struct change_plan *out)
{
    char digest[DNS_DIGEST_SIZE];

    out->kind = PLAN_READY;
    dns_zone_digest(&scene->zone, digest);
    (void)snprintf(out->seen, sizeof(out->seen), "%s%s", digest, change->converts ? CONVERTS : "");
    (void)snprintf(out->text, sizeof(out->text), "%s", scene->target.name);
    buf_init(&out->json, 2 * CHANGE_STATE_MAX_BYTES);
    dns_change_print(change, &out->json);
}

void records_plan(const struct scene *scene, struct change_plan *out)
{
    struct dns_change change;

    *out = (struct change_plan){.kind = PLAN_NOT_OURS, .why = TEXT_NOT_ON_ACCOUNT};
    if (!account_domain_of(&scene->domains, scene->target.name)) {
        return;
    }
    plan_edit(&scene->target, &scene->zone, &change);
    out->kind = PLAN_NOT_NEEDED;
    if (change.verdict != DNS_VERDICT_READY) {
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
    plan_edit(&scene->target, &scene->zone, &change);
    draw_dns_diff(&change, scene->target.name, page);
    dns_change_free(&change);
}

void records_say(const struct scene *scene, struct buf *out)
{
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
    enum text_id label = PLAIN[kind_of(&scene->target)];
    struct dns_change change;

    plan_edit(&scene->target, &scene->zone, &change);
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
    plan_edit(&scene->target, &scene->zone, &change);
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
    plan_edit(&scene->target, &zone, &change);
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

/* The same name with www. before it has records of its own, which do not follow by themselves. */
void records_ways(const struct scene *scene, struct page *page)
{
    const char *name = scene->target.name;
    char shown[IDN_UNICODE_SIZE];
    char www[IDN_ASCII_SIZE];
    struct target same;

    if (strncmp(name, WWW, sizeof(WWW) - 1) == 0 || strchr("_*", name[0]) ||
        snprintf(www, sizeof(www), "%s%s", WWW, name) >= (int)sizeof(www)) {
        return;
    }
    same = target_with_text(target_of_change(TARGET_ASK, scene->target.change, www, ""),
                            scene->target.text);
    idn_to_unicode(www, shown);
    page_button(page, TEXT_BUTTON_DNS_WWW, TEXT_ARGS({"name", shown}), &same, true);
}

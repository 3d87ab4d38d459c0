/* SPDX-License-Identifier: MIT */
/* Creating and deleting a subdomain. */
#include "worker/chat/changes.h"

#include "shared/queue/keys.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/*
 * {"id":3344001,"domain_id":10234567}, or {} for a name that is not there. A person's own rights in
 * a group are told: "subject":1002.
 */
static void add_state(const struct scene *scene, int64_t id, int64_t domain_id, struct buf *out)
{
    struct json *state = json_object();

    if (id != 0) {
        json_set_int(state, "id", id);
        json_set_int(state, "domain_id", domain_id);
        if (scene->subject != scene->chat_id) {
            json_set_int(state, "subject", scene->subject);
        }
    }
    json_print(state, out);
    json_free(state);
}

void sub_state(const struct scene *scene, struct buf *out)
{
    const struct account_name *there = account_find(&scene->subdomains, scene->target.name);

    add_state(scene, there ? there->id : 0, there ? there->domain_id : 0, out);
}

struct target sub_back(const struct scene *scene)
{
    const struct account_name *domain = account_domain_of(&scene->domains, scene->target.name);

    return domain ? target_about(SCREEN_SUBDOMAINS, domain->name) : target_to(SCREEN_DOMAINS);
}

/* The target's domain; NULL when the plan has ended with that: no domain, or the domain itself. */
static const struct account_name *plan_domain(const struct scene *scene, struct change_plan *out)
{
    const struct account_name *domain = account_domain_of(&scene->domains, scene->target.name);

    *out = (struct change_plan){.kind = PLAN_NOT_OURS, .why = TEXT_NOT_ON_ACCOUNT};
    if (!domain) {
        return NULL;
    }
    if (strcmp(domain->name, scene->target.name) == 0) {
        out->kind = PLAN_NOT_NEEDED;
        out->why = TEXT_SUB_IS_DOMAIN;
        return NULL;
    }
    return domain;
}

static void make_ready(struct change_plan *out, int64_t number)
{
    out->kind = PLAN_READY;
    out->number = number;
    (void)snprintf(out->seen, sizeof(out->seen), "%" PRId64, number);
}

/* ---- creating ---- */

void sub_add_plan(const struct scene *scene, struct change_plan *out)
{
    const char *name = scene->target.name;
    const struct account_name *domain = plan_domain(scene, out);

    if (!domain) {
        return;
    }
    if (account_find(&scene->subdomains, name)) {
        out->kind = PLAN_NOT_NEEDED;
        out->why = TEXT_SUB_ADD_THERE;
        return;
    }
    (void)snprintf(out->text, sizeof(out->text), "%.*s",
                   (int)(strlen(name) - strlen(domain->name) - 1), name);
    make_ready(out, domain->id);
}

bool sub_add_accept(const struct scene *scene, const struct json *result, struct buf *out)
{
    const struct account_name *domain = account_domain_of(&scene->domains, scene->target.name);
    int64_t id = 0;

    if (!json_int(result, "", &id) || id <= 0) {
        return false;
    }
    add_state(scene, id, domain ? domain->id : 0, out);
    return true;
}

bool sub_add_is_done(const struct scene *scene, const char *before)
{
    (void)before;
    return account_find(&scene->subdomains, scene->target.name) != NULL;
}

void sub_add_note(const struct scene *scene, struct queue_outcome *outcome)
{
    struct text_number subject;

    queue_outcome_hset(outcome, KEY_CREATORS, "", scene->target.name,
                       text_number(&subject, scene->subject));
}

/* ---- deleting ---- */

void sub_del_plan(const struct scene *scene, struct change_plan *out)
{
    const struct account_name *there = account_find(&scene->subdomains, scene->target.name);

    if (!plan_domain(scene, out)) {
        return;
    }
    if (!there) {
        out->kind = PLAN_NOT_NEEDED;
        out->why = TEXT_SUB_DEL_GONE;
        return;
    }
    make_ready(out, there->id);
}

bool sub_del_accept(const struct scene *scene, const struct json *result, struct buf *out)
{
    bool deleted = false;

    if (!json_bool(result, "", &deleted) || !deleted) {
        return false;
    }
    add_state(scene, 0, 0, out);
    return true;
}

bool sub_del_is_done(const struct scene *scene, const char *before)
{
    (void)before;
    /* A name that could not be read may be the one; a list that lost everything shows nothing. */
    return scene->subdomains.skipped == 0 && scene->subdomains.count > 0 &&
           !account_find(&scene->subdomains, scene->target.name);
}

void sub_del_note(const struct scene *scene, struct queue_outcome *outcome)
{
    queue_outcome_hdel(outcome, KEY_CREATORS, "", scene->target.name);
    queue_outcome_revoke(outcome, scene->target.name);
}

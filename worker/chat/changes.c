/* SPDX-License-Identifier: MIT */
#include "worker/chat/changes.h"

#include "worker/chat/screens.h"

const struct change CHANGES[CHANGE_COUNT] = {
    [CHANGE_SUB_ADD] =
        {
            .name = "sub_add",
            .method = BEGET_SUBDOMAIN_ADD,
            .needs = NEEDS_DOMAINS | NEEDS_SUBDOMAINS,
            .forgets = BEGET_SUBDOMAINS,
            .may = rights_may_create,
            .plan = sub_add_plan,
            .state = sub_state,
            .accept = sub_add_accept,
            .is_done = sub_add_is_done,
            .note = sub_add_note,
            .then = SCREEN_DNS,
            .no_right = TEXT_SUB_ADD_NO_RIGHT,
            .question = TEXT_SUB_ADD_QUESTION,
            .confirm = TEXT_BUTTON_SUB_ADD,
            .done = TEXT_SUB_ADD_DONE,
            .checked = TEXT_SUB_ADD_CHECKED,
            .not_done = TEXT_SUB_ADD_NOT_DONE,
            .unknown = TEXT_SUB_ADD_UNKNOWN,
        },
    [CHANGE_SUB_DEL] =
        {
            .name = "sub_del",
            .method = BEGET_SUBDOMAIN_DELETE,
            .needs = NEEDS_DOMAINS | NEEDS_SUBDOMAINS,
            .forgets = BEGET_SUBDOMAINS,
            .may = rights_may_delete,
            .plan = sub_del_plan,
            .state = sub_state,
            .accept = sub_del_accept,
            .is_done = sub_del_is_done,
            .note = sub_del_note,
            .then = SCREEN_MENU,
            .no_right = TEXT_SUB_DEL_NO_RIGHT,
            .question = TEXT_SUB_DEL_QUESTION,
            .confirm = TEXT_BUTTON_SUB_DEL,
            .done = TEXT_SUB_DEL_DONE,
            .checked = TEXT_SUB_DEL_CHECKED,
            .not_done = TEXT_SUB_DEL_NOT_DONE,
            .unknown = TEXT_SUB_DEL_UNKNOWN,
        },
};

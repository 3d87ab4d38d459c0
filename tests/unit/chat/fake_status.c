/* SPDX-License-Identifier: MIT */
/* Stands in for worker/chat/status_view.c: fake_world says how everything stands. */
#include "worker/chat/status_view.h"

#include "tests/unit/chat/fake_world.h"

bool status_fetch(struct status_view *view, struct queue *queue, const char *asker, struct err *err)
{
    const char *survey = fake_world.survey ? fake_world.survey : "{}";

    (void)queue;
    view->asker = asker;
    if (!fake_call(err, "survey") || !fake_worked(fake_world.calls, err) ||
        !survey_read(survey, "", &view->survey, err)) {
        return false;
    }
    view->stuck = stuck_count(&view->survey);
    return true;
}

void status_free(struct status_view *view)
{
    survey_free(&view->survey);
}

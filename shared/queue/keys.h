/* SPDX-License-Identifier: MIT */
/*
 * Names of the Redis keys, as operators see them. Every key is
 * "{<prefix>}:<name>", so that all of them share one hash slot. C code reads
 * through shared/queue/state.h; functions.lua builds the same names.
 *
 * Fields of `meta`: bot_id, bot_username, paused ("1"), paused_by, paused_why, paused_ms (who
 * paused or resumed last, why, when), announced:<name>,
 * rewritten (run_id of the server whose append-only file was last rewritten), seeded
 * (the journal that has filled this Redis, and when: "<follower> <Unix ms>"), noticed and
 * noticed_ms (the last event that administrators were told of, or did not have to be, and when they
 * were), and counters that only grow: pushed, duplicates, strangers, done, given_back, reaped,
 * dead, sent, unknown. `seen:<bot>` is a sorted set: update ids taken in, by time.
 */
#ifndef SHARED_QUEUE_KEYS_H
#define SHARED_QUEUE_KEYS_H

enum { QUEUE_KEY_SIZE = 512 };

#define KEY_UPDATES  "updates"       /* stream: what Telegram sent; group "workers"               */
#define KEY_REPLIES  "replies"       /* stream: Bot API calls to make; group "gateway"            */
#define KEY_EVENTS   "events"        /* stream: what was done; one group per database file        */
#define KEY_DEAD     "dead"          /* stream: updates and replies that were given up            */
#define KEY_META     "meta"          /* hash: see above                                           */
#define KEY_BUSY     "busy"          /* hash: chat -> entry that is being worked on               */
#define KEY_PARKED   "parked"        /* sorted set: entries of busy chats, in order               */
#define KEY_ACCESS   "access"        /* hash: chat -> note; who may use the bot                   */
#define KEY_MEMBERS  "members"       /* hash: group -> "1"; its members act with own rights  */
#define KEY_CREATORS "creators"      /* hash: name -> who created it with the bot                 */
#define KEY_IGNORED  "ignored"       /* hash: chat -> who asked; its requests are not passed on   */
#define KEY_ASKED    "asked"         /* string: requests passed on in this hour; expires          */
#define KEY_INTENTS  "intents"       /* hash: calls that may have been made, by request and step  */
#define KEY_UNKNOWN  "unknown"       /* hash: update_id -> JSON of an outcome nobody can know     */
#define KEY_HOLD     "hold:"         /* + name; the update whose change of the name is under way  */
#define KEY_GRANTS   "grants:"       /* + chat; hash: name -> rights, letters of EDCX             */
#define KEY_DIALOG   "dialog:"       /* + chat:user; what a person is being asked                 */
#define KEY_BUTTON   "button:"       /* + token; hash: chat, user and what each button does       */
#define KEY_LANGUAGE "language:"     /* + person; the language that was chosen                    */
#define KEY_CACHE    "cache:"        /* + method:args; text                                       */
#define KEY_LIMIT    "limit:"        /* + account; hash of the token buckets                      */
#define KEY_LIMITS   "limits"        /* hash: account -> "60/60 5000/86400", an operator's limits */
#define KEY_TRACE    "trace"         /* stream: each step of each update, for people; capped      */
#define KEY_SLOT     "slot:"         /* + slot; message_id                                        */
#define KEY_FLOOD    "flood:"        /* + chat; Unix ms before which nothing is sent              */
#define KEY_LEASE    "lease:gateway" /* string: which gateway polls and sends; expires         */
#define KEY_ALARMS   "alarms"        /* hash: cause -> JSON of its alarm, see shared/ops/alarm.h  */
#define KEY_SERVICES "services"      /* hash: process -> "<Unix ms> <JSON>" of its last report */

#define GROUP_WORKERS "workers"
#define GROUP_GATEWAY "gateway"

#endif

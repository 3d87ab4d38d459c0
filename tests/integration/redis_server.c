/* SPDX-License-Identifier: MIT */
#include "tests/integration/redis_server.h"

#include "shared/base/clock.h"
#include "shared/base/compiler.h"
#include "shared/base/mem.h"
#include "tests/integration/tempdir.h"

/* cmocka.h needs these four first; clang-format must not sort them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_ARGS = 48, START_MS = 20000, ATTEMPT_MS = 10 };

struct redis_server {
    pid_t pid; /* 0 while it does not run */
    int port;
    int held; /* the socket that keeps the port */
    struct tempdir folder;
    char socket[TEMPDIR_PATH_SIZE];
    char log[TEMPDIR_PATH_SIZE];
    char tcp_url[64];
    char unix_url[TEMPDIR_PATH_SIZE + 16];
    char *extra[MAX_ARGS]; /* owned, ends with NULL */
};

/* Takes a port that refuses connections while the server does not run: the bound socket never
   listens, the server shares its port by SO_REUSEADDR, and the system gives it to nobody else. */
static void hold_port(struct redis_server *server)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = 0};
    socklen_t size = sizeof(address);
    int yes = 1;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    server->held = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(server->held >= 0);
    assert_int_equal(setsockopt(server->held, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)), 0);
    assert_int_equal(bind(server->held, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(getsockname(server->held, (struct sockaddr *)&address, &size), 0);
    server->port = ntohs(address.sin_port);
}

/* True when the server answers a PING on its socket. */
static bool answers(const struct redis_server *server)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct pollfd wait = {.fd = socket(AF_UNIX, SOCK_STREAM, 0), .events = POLLIN};
    char reply[8] = "";
    bool ok;

    assert_true(wait.fd >= 0);
    assert_true(strlen(server->socket) < sizeof(address.sun_path));
    memcpy(address.sun_path, server->socket, strlen(server->socket) + 1);
    ok = connect(wait.fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
         send(wait.fd, "PING\r\n", 6, MSG_NOSIGNAL) == 6 && poll(&wait, 1, 1000) == 1 &&
         recv(wait.fd, reply, sizeof(reply) - 1, 0) > 0 && (reply[0] == '+' || reply[0] == '-') &&
         strncmp(reply, "-LOADIN", 7) != 0;
    (void)close(wait.fd);
    return ok;
}

/* Waits until the server answers; false when it has ended instead. */
static bool wait_until_ready(struct redis_server *server)
{
    int64_t deadline = clock_monotonic_ms() + START_MS;

    while (clock_monotonic_ms() < deadline) {
        int status;

        if (answers(server)) {
            return true;
        }
        if (waitpid(server->pid, &status, WNOHANG) == server->pid) {
            server->pid = 0;
            return false;
        }
        (void)poll(NULL, 0, ATTEMPT_MS); /* between attempts */
    }
    fail_msg("redis-server does not answer");
    return false;
}

/* In the child, which never returns. */
static void run_server(const struct redis_server *server)
{
    char port[16];
    const char *program = getenv("REDIS_SERVER");
    const char *const own[] = {
        program ? program : "redis-server",
        "--port",
        port,
        "--bind",
        "127.0.0.1",
        "--unixsocket",
        server->socket,
        "--dir",
        server->folder.path,
        "--logfile",
        server->log,
        "--save",
        "",
        "--appendonly",
        "no",
        "--daemonize",
        "no",
    };
    char *args[ARRAY_LEN(own) + MAX_ARGS] = {NULL};
    size_t count = 0;

    (void)snprintf(port, sizeof(port), "%d", server->port);
    for (; count < ARRAY_LEN(own); count++) {
        args[count] = xstrdup(own[count]);
    }
    for (size_t i = 0; server->extra[i]; i++) {
        args[count++] = server->extra[i];
    }
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* a failed test leaves nothing behind */
    (void)execvp(args[0], args);
    _exit(127);
}

/* True when it runs and answers. */
static bool spawn(struct redis_server *server)
{
    (void)unlink(server->socket);
    server->pid = fork();
    assert_true(server->pid >= 0);
    if (server->pid == 0) {
        run_server(server);
    }
    return wait_until_ready(server);
}

/* Shows why it would not start, and gives up. */
static void give_up(struct redis_server *server)
{
    char text[2048] = "";
    FILE *log = fopen(server->log, "r");

    if (log) {
        text[fread(text, 1, sizeof(text) - 1, log)] = '\0';
        (void)fclose(log);
    }
    tempdir_remove(&server->folder);
    fail_msg("redis-server does not start:\n%s", text);
}

struct redis_server *redis_server_start(const char *const extra[])
{
    struct redis_server *server = xcalloc(1, sizeof(*server));

    for (size_t i = 0; extra && extra[i]; i++) {
        assert_true(i + 1 < MAX_ARGS);
        server->extra[i] = xstrdup(extra[i]);
    }
    tempdir_make(&server->folder);
    tempdir_path(&server->folder, "redis.sock", server->socket);
    tempdir_path(&server->folder, "redis.log", server->log);
    (void)snprintf(server->unix_url, sizeof(server->unix_url), "unix://%s", server->socket);
    hold_port(server);
    if (!spawn(server)) {
        give_up(server);
    }
    (void)snprintf(server->tcp_url, sizeof(server->tcp_url), "redis://127.0.0.1:%d", server->port);
    return server;
}

void redis_server_kill(struct redis_server *server)
{
    if (server->pid > 0) {
        (void)kill(server->pid, SIGKILL);
        (void)waitpid(server->pid, NULL, 0);
        server->pid = 0;
    }
}

void redis_server_restart(struct redis_server *server)
{
    redis_server_kill(server);
    assert_true(spawn(server));
}

void redis_server_freeze(struct redis_server *server)
{
    assert_int_equal(kill(server->pid, SIGSTOP), 0);
}

void redis_server_thaw(struct redis_server *server)
{
    assert_int_equal(kill(server->pid, SIGCONT), 0);
}

void redis_server_stop(struct redis_server *server)
{
    if (!server) {
        return;
    }
    redis_server_kill(server);
    (void)close(server->held);
    tempdir_remove(&server->folder);
    for (size_t i = 0; server->extra[i]; i++) {
        free(server->extra[i]);
    }
    free(server);
}

const char *redis_server_tcp_url(const struct redis_server *server)
{
    return server->tcp_url;
}

const char *redis_server_unix_url(const struct redis_server *server)
{
    return server->unix_url;
}

const char *redis_server_folder(const struct redis_server *server)
{
    return server->folder.path;
}

int redis_server_port(const struct redis_server *server)
{
    return server->port;
}

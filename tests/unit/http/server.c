/* SPDX-License-Identifier: BSD-3-Clause */

#include "server.h"

#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#define CERTIFICATES "/etc/ssl/certs"

static char *in_directory(const Server *server, const char *name)
{
        char *path;

        return asprintf(&path, "%s/%s", server->directory, name) < 0 ? NULL : path;
}

/* Runs it to its end, in silence. */
static bool run(char *const *command)
{
        posix_spawn_file_actions_t actions;
        int status = -1, r;
        pid_t pid;

        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", 1, 0);
        r = posix_spawnp(&pid, command[0], &actions, NULL, command, environ);
        posix_spawn_file_actions_destroy(&actions);
        return r == 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

static bool make_certificate(const char *certificate, const char *key)
{
        const char *command[] = { "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=" SERVER_HOST,
                "-addext", "subjectAltName=DNS:" SERVER_HOST, "-keyout", key, "-out", certificate, NULL };

        return run((char *const *) command);
}

/* pipes: to its standard input, and from its standard output. */
static bool start(Server *server, const char *certificate, const char *key, const int in[2], const int out[2])
{
        const char *command[] = { "python3", HTTP_SERVER, certificate, key, NULL };
        posix_spawn_file_actions_t actions;
        int r;

        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
        posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
        posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
        r = posix_spawnp(&server->pid, command[0], &actions, NULL, (char *const *) command, environ);
        posix_spawn_file_actions_destroy(&actions);
        return r == 0;
}

static bool read_ports(Server *server, int fd)
{
        AUTO_FCLOSE FILE *file = fdopen(fd, "r");
        unsigned port, tls_port;

        if (!file || fscanf(file, "%u %u", &port, &tls_port) != 2)
                return false;
        server->port = (uint16_t) port;
        server->tls_port = (uint16_t) tls_port;
        return true;
}

static bool bring_up(Server *server)
{
        AUTO_FREE char *certificate = in_directory(server, "certificate.pem"),
                       *key = in_directory(server, "key.pem");
        int in[2], out[2];

        if (!certificate || !key || !make_certificate(certificate, key))
                return false;
        if (pipe(in) < 0 || pipe(out) < 0)
                return false;
        server->leash = in[1];
        if (!start(server, certificate, key, in, out))
                return false;
        close(in[0]);
        close(out[1]);
        return read_ports(server, out[0]);
}

Server *server_start(void)
{
        Server *server = calloc(1, sizeof *server);

        if (!server)
                return NULL;
        server->leash = -1;
        strcpy(server->directory, "/tmp/signpost-http-XXXXXX");
        if (mkdtemp(server->directory) && bring_up(server))
                return server;
        return server_stop(server);
}

Server *server_stop(Server *server)
{
        static const char *const names[] = { "certificate.pem", "key.pem" };

        if (!server)
                return NULL;
        close_fd(server->leash);
        if (server->pid > 0)
                waitpid(server->pid, NULL, 0);
        for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
                AUTO_FREE char *path = in_directory(server, names[i]);

                unlink(path);
        }
        rmdir(server->directory);
        free(server);
        return NULL;
}

static bool copy(const char *from, const char *to)
{
        const char *command[] = { "cp", from, to, NULL };

        return run((char *const *) command);
}

bool server_make_trusted(const Server *server)
{
        AUTO_FREE char *certificate = in_directory(server, "certificate.pem");

        return certificate && access(CERTIFICATES, F_OK) == 0 && unshare(CLONE_NEWNS) == 0 &&
               mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
               mount("none", CERTIFICATES, "tmpfs", 0, NULL) == 0 &&
               copy(certificate, CERTIFICATES "/ca-certificates.crt");
}

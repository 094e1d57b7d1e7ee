/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Preloaded into a program that is to be killed between two steps of what it does to the mail.
 *
 * These are the steps, and the program is killed at the one whose number is TERN_KILL_STEP:
 *
 *   commit       before SQLite writes what ends a transaction
 *   op.NAME      after this line of the trace
 *   send         before something leaves for the server
 *   receive      after something came, and before the program sees it
 *
 * Sends and receives count from the first op.apply on: before it a connection is made and no more.
 * The file TERN_KILL_NOTE, where it is named, then says which step it was.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

/* The head of a frame of SQLite's log; only that of the last one of a transaction has a size. */
#define FRAME_HEAD 24

static atomic_int steps;
static atomic_bool applies;

static ssize_t
write_through (int fd, const void *data, size_t length)
{
  ssize_t (*real) (int, const void *, size_t) = dlsym (RTLD_NEXT, "write");

  return real (fd, data, length);
}

static void
step (const char *name)
{
  const char *wanted = getenv ("TERN_KILL_STEP");
  const char *path = getenv ("TERN_KILL_NOTE");
  int fd;

  if (wanted == NULL || atomic_fetch_add (&steps, 1) + 1 != atoi (wanted))
    return;
  fd = path != NULL ? open (path, O_WRONLY | O_CREAT | O_TRUNC, 0600) : -1;
  if (fd >= 0)
    write_through (fd, name, strlen (name));
  kill (getpid (), SIGKILL);
  while (1)
    pause ();
}

static int
is_to_server (int fd)
{
  struct sockaddr_storage peer;
  socklen_t length = sizeof peer;

  return atomic_load (&applies) && getpeername (fd, (struct sockaddr *) &peer, &length) == 0 &&
         (peer.ss_family == AF_INET || peer.ss_family == AF_INET6);
}

static void
take_trace (const char *line, size_t length)
{
  static const char mark[] = "\"ev\":\"op.";
  char name[16] = "";
  const char *found = memmem (line, length, mark, strlen (mark));

  if (found == NULL)
    return;
  sscanf (found, "\"ev\":\"%15[a-z.]", name);
  if (strcmp (name, "op.apply") == 0)
    atomic_store (&applies, 1);
  step (name);
}

ssize_t
write (int fd, const void *data, size_t length)
{
  ssize_t done = write_through (fd, data, length);

  take_trace (data, length);
  return done;
}

static void
check_commit (const void *data, size_t length)
{
  static const char none[4];

  if (length == FRAME_HEAD && memcmp ((const char *) data + 4, none, sizeof none) != 0)
    step ("commit");
}

ssize_t
pwrite (int fd, const void *data, size_t length, off_t offset)
{
  ssize_t (*real) (int, const void *, size_t, off_t) = dlsym (RTLD_NEXT, "pwrite");

  check_commit (data, length);
  return real (fd, data, length, offset);
}

ssize_t
pwrite64 (int fd, const void *data, size_t length, off64_t offset)
{
  ssize_t (*real) (int, const void *, size_t, off64_t) = dlsym (RTLD_NEXT, "pwrite64");

  check_commit (data, length);
  return real (fd, data, length, offset);
}

ssize_t
send (int fd, const void *data, size_t length, int flags)
{
  ssize_t (*real) (int, const void *, size_t, int) = dlsym (RTLD_NEXT, "send");

  if (is_to_server (fd))
    step ("send");
  return real (fd, data, length, flags);
}

ssize_t
sendmsg (int fd, const struct msghdr *message, int flags)
{
  ssize_t (*real) (int, const struct msghdr *, int) = dlsym (RTLD_NEXT, "sendmsg");

  if (is_to_server (fd))
    step ("send");
  return real (fd, message, flags);
}

ssize_t
recv (int fd, void *data, size_t length, int flags)
{
  ssize_t (*real) (int, void *, size_t, int) = dlsym (RTLD_NEXT, "recv");
  ssize_t done = real (fd, data, length, flags);

  if (done > 0 && is_to_server (fd))
    step ("receive");
  return done;
}

ssize_t
recvmsg (int fd, struct msghdr *message, int flags)
{
  ssize_t (*real) (int, struct msghdr *, int) = dlsym (RTLD_NEXT, "recvmsg");
  ssize_t done = real (fd, message, flags);

  if (done > 0 && is_to_server (fd))
    step ("receive");
  return done;
}

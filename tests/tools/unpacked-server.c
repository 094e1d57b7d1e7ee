/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Preloaded into the mail servers that the tests run from where they were unpacked.
 *
 * Debian builds Courier for fixed places and for a user of its own: here, what it asks of
 * authdaemond goes to the socket TERN_COURIER_AUTH, and the user "courier" is whoever runs it.
 * Nobody needs the mail of a test after a power cut, so no server waits for a disk.
 */
#include <dlfcn.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int
connect (int fd, const struct sockaddr *address, socklen_t length)
{
  int (*real) (int, const struct sockaddr *, socklen_t) = dlsym (RTLD_NEXT, "connect");
  struct sockaddr_un here = { .sun_family = AF_UNIX };
  const struct sockaddr_un *there = (const struct sockaddr_un *) address;
  const char *path = getenv ("TERN_COURIER_AUTH");

  if (path != NULL && address->sa_family == AF_UNIX && strstr (there->sun_path, "/authdaemon/"))
    {
      snprintf (here.sun_path, sizeof here.sun_path, "%s", path);
      return real (fd, (const struct sockaddr *) &here, sizeof here);
    }
  return real (fd, address, length);
}

struct passwd *
getpwnam (const char *name)
{
  struct passwd *(*real) (const char *) = dlsym (RTLD_NEXT, "getpwnam");

  return strcmp (name, "courier") == 0 ? getpwuid (getuid ()) : real (name);
}

int
fsync (int fd)
{
  return 0;
}

int
fdatasync (int fd)
{
  return 0;
}

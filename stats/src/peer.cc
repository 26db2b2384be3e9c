// SPDX-License-Identifier: GPL-2.0-only
#include "peer.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

namespace scx::stats {
namespace {

bool is_member(int fd, const ucred& peer, gid_t group) {
  if (peer.gid == group) return true;
  std::vector<gid_t> groups(64);
  for (;;) {
    socklen_t size = static_cast<socklen_t>(groups.size() * sizeof(gid_t));
    if (::getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &size) == 0) {
      groups.resize(size / sizeof(gid_t));
      return std::ranges::find(groups, group) != groups.end();
    }
    if (errno != ERANGE || size / sizeof(gid_t) <= groups.size()) return false;
    groups.resize(size / sizeof(gid_t));
  }
}

}  // namespace

bool may_connect(int fd, gid_t group, mode_t mode) {
  ucred peer{};
  socklen_t size = sizeof(peer);
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
  if (peer.uid == 0) return true;
  // The first class that fits decides, as for a file.
  if (peer.uid == ::geteuid()) return (mode & S_IWUSR) != 0;
  if (is_member(fd, peer, group)) return (mode & S_IWGRP) != 0;
  return (mode & S_IWOTH) != 0;
}

}  // namespace scx::stats

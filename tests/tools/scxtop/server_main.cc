// SPDX-License-Identifier: GPL-2.0-only
//
// usage: scxtop_test_server big|rust PATH
//
// Serves one of the test machines until its standard input ends; says "ready" when it does.
#include <unistd.h>

#include <cstdio>
#include <string_view>

#include "machines.h"
#include "scx/stats/server.h"

int main(int argc, char** argv) {
  using namespace scx::scxtop::test;
  if (argc != 3) return 2;
  auto server = scx::stats::Server::start(
      {.path = argv[2]}, std::string_view(argv[1]) == "big" ? big_machine() : rust_like());
  if (!server) {
    std::fprintf(stderr, "%s\n", server.error().message().c_str());
    return 1;
  }
  std::puts("ready");
  std::fflush(stdout);
  char byte = 0;
  while (::read(STDIN_FILENO, &byte, 1) > 0) {
  }
  return 0;
}

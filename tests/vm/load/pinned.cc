// SPDX-License-Identifier: GPL-2.0-only
#include "pinned.h"

#include <linux/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

#include "load.h"

namespace load {
namespace {

int bpf(int command, bpf_attr& attr) {
  return static_cast<int>(syscall(SYS_bpf, command, &attr, sizeof attr));
}

std::uint64_t address(const void* of) { return reinterpret_cast<std::uintptr_t>(of); }

// Counts down; as often as the verifier is willing to follow. Sleepable: it may be preempted.
int load_countdown() {
  constexpr int kTurns = 300'000;
  const bpf_insn program[] = {
      {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = kTurns},
      {.code = BPF_ALU64 | BPF_SUB | BPF_K, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 1},
      {.code = BPF_JMP | BPF_JNE | BPF_K, .dst_reg = 0, .src_reg = 0, .off = -2, .imm = 0},
      {.code = BPF_JMP | BPF_EXIT, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0},
  };
  bpf_attr attr{};
  attr.prog_type = BPF_PROG_TYPE_SYSCALL;
  attr.prog_flags = BPF_F_SLEEPABLE;
  attr.insns = address(program);
  attr.insn_cnt = std::size(program);
  attr.license = address("GPL");
  const int fd = bpf(BPF_PROG_LOAD, attr);
  if (fd < 0) system_error("a BPF program that counts down");
  return fd;
}

}  // namespace

Pinned::Pinned()
    : thread_([](std::stop_token stop) {
        const int fd = load_countdown();
        while (!stop.stop_requested()) {
          bpf_attr attr{};
          attr.test.prog_fd = static_cast<std::uint32_t>(fd);
          if (bpf(BPF_PROG_TEST_RUN, attr)) system_error("running a BPF program");
        }
        close(fd);
      }) {}

std::vector<std::unique_ptr<Pinned>> make_pinned(int count) {
  std::vector<std::unique_ptr<Pinned>> all;
  for (int i = 0; i < count; i++) all.push_back(std::make_unique<Pinned>());
  return all;
}

}  // namespace load

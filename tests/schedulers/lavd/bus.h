// SPDX-License-Identifier: GPL-2.0-only
//
// A bus of the test's own, and a stand-in for the services that say a power profile.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "files.h"

namespace lavd::test {

// A dbus-daemon that ends with the object. address() is empty where there is no such program.
class TestBus {
 public:
  TestBus();
  ~TestBus();
  TestBus(const TestBus&) = delete;
  TestBus& operator=(const TestBus&) = delete;

  std::string address() const { return running_ ? "unix:path=" + socket_.string() : ""; }
  bool start();
  void stop();

 private:
  scx::test::TempDir dir_;
  std::filesystem::path socket_ = dir_.path() / "bus";
  pid_t pid_ = -1;
  bool running_ = false;
};

// Answers at `name` on the bus, from a thread of its own: as power-profiles-daemon does, or for
// com.redhat.tuned as tuned does.
class FakeService {
 public:
  // Returns when the name is owned.
  FakeService(const std::string& address, std::string name, std::string profile);
  ~FakeService();
  FakeService(const FakeService&) = delete;
  FakeService& operator=(const FakeService&) = delete;

  // Another profile; says so to who listens.
  void set(const std::string& profile);
  int questions() const { return questions_; }

 private:
  struct Bus;
  void serve(std::stop_token stop);

  std::string name_;
  std::unique_ptr<Bus> bus_;
  std::mutex mutex_;
  std::string profile_;
  bool changed_ = false;
  std::atomic<int> questions_ = 0;
  std::jthread thread_;
};

}  // namespace lavd::test

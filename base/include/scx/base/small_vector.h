// SPDX-License-Identifier: GPL-2.0-only
//
// SmallVector: a growing array whose first N elements lie in the object itself, for the many small
// arrays of a big machine (the two words of a core's CpuSet). Not for arrays that are usually long:
// those are std::vector's, which is smaller and moves faster.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace scx {

// T: plain data with a default constructor that costs nothing. Up to 2^32 - 1 elements.
template <typename T, std::uint32_t N>
class SmallVector {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_default_constructible_v<T>);

 public:
  SmallVector() : own_{} {}
  ~SmallVector() { release(); }
  SmallVector(const SmallVector& other) : own_{} { assign(other); }
  SmallVector(SmallVector&& other) noexcept : own_{} { steal(other); }
  SmallVector& operator=(const SmallVector& other) {
    if (this != &other) assign(other);
    return *this;
  }
  SmallVector& operator=(SmallVector&& other) noexcept {
    if (this == &other) return *this;
    release();
    steal(other);
    return *this;
  }

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T* begin() { return on_heap() ? heap_ : own_; }
  T* end() { return begin() + size_; }
  const T* begin() const { return on_heap() ? heap_ : own_; }
  const T* end() const { return begin() + size_; }
  // Require: not empty.
  T& front() { return *begin(); }
  T& back() { return end()[-1]; }
  const T& front() const { return *begin(); }
  const T& back() const { return end()[-1]; }

  // Requires: size < 2^32. New elements have no defined value.
  void resize(std::size_t size) {
    if (size > capacity_) grow(static_cast<std::uint32_t>(size));
    size_ = static_cast<std::uint32_t>(size);
  }
  void push_back(T value) {
    resize(size_ + std::size_t{1});
    back() = value;
  }
  // `at`: an iterator of this vector; the return value is where `value` is.
  T* insert(const T* at, T value) {
    const auto place = at - begin();
    resize(size_ + std::size_t{1});
    T* to = begin() + place;
    std::copy_backward(to, end() - 1, end());
    *to = value;
    return to;
  }
  void erase(T* at) {
    std::copy(at + 1, end(), at);
    --size_;
  }

  bool operator==(const SmallVector& other) const {
    return size_ == other.size_ && std::equal(begin(), end(), other.begin());
  }

 private:
  bool on_heap() const { return capacity_ > N; }

  void grow(std::uint32_t size) {
    const std::uint32_t doubled = capacity_ > UINT32_MAX / 2 ? UINT32_MAX : capacity_ * 2;
    const std::uint32_t capacity = std::max(size, doubled);
    T* heap = new T[capacity];
    std::copy(begin(), end(), heap);
    if (on_heap()) delete[] heap_;
    heap_ = heap;
    capacity_ = capacity;
  }

  // Takes exactly the memory that the elements need.
  void assign(const SmallVector& other) {
    if (other.size_ > capacity_) {
      T* heap = new T[other.size_];
      release();
      heap_ = heap;
      capacity_ = other.size_;
    }
    std::copy(other.begin(), other.end(), begin());
    size_ = other.size_;
  }

  // Requires: nothing on the heap here.
  void steal(SmallVector& other) {
    if (other.on_heap()) {
      heap_ = other.heap_;
    } else {
      std::copy(other.own_, other.own_ + N, own_);
    }
    size_ = std::exchange(other.size_, 0);
    capacity_ = std::exchange(other.capacity_, N);
  }

  void release() {
    if (on_heap()) delete[] heap_;
    size_ = 0;
    capacity_ = N;
  }

  std::uint32_t size_ = 0, capacity_ = N;
  union {
    T own_[N];  // while capacity_ is N
    T* heap_;   // above
  };
};

}  // namespace scx

#include "base/large_pages.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <fstream>
#include <mutex>
#include <sstream>
#include <string>
#include <vector>

#include <sys/mman.h>

namespace trade {

namespace {

#ifndef MADV_COLLAPSE
// Linux 6.1 has it, glibc names it from 2.37 on. An older kernel refuses it, and pages stay small.
constexpr int MADV_COLLAPSE = 25;
#endif

/// Others wait for their memory for half a millisecond a page.
constexpr std::chrono::milliseconds gathering_interval{5};

/// Sooner than this no page is gathered: it was large already, or could not be.
constexpr std::chrono::microseconds nothing_done_max{50};

std::atomic<std::uint64_t> grants{0};

/// glibc puts the heap of a thread other than the first at a multiple of this (malloc/arena.c,
/// HEAP_MAX_SIZE). What else begins there is put into large pages too, or is in them already.
constexpr std::uintptr_t thread_heap_alignment = std::uintptr_t{64} << 20;

/// Whether a line of proc(5)'s maps, from its permissions on, is of memory that malloc may have handed out.
bool may_be_heap(const std::string& permissions, const std::string& name, std::uintptr_t begin) {
  if (name == "[heap]") return true;
  return name.empty() && permissions == "rw-p" && begin % thread_heap_alignment == 0;
}

/// The large pages that lie whole in the heap (proc(5), maps).
std::vector<std::uintptr_t> large_pages_of_heap() {
  std::vector<std::uintptr_t> pages;
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    std::istringstream fields(line);
    std::uintptr_t begin = 0;
    std::uintptr_t end = 0;
    char dash = 0;
    std::string permissions;
    std::string offset;
    std::string device;
    std::string inode;
    std::string name;
    if (!(fields >> std::hex >> begin >> dash >> end >> permissions >> offset >> device >> inode)) continue;
    fields >> name;
    if (!may_be_heap(permissions, name, begin)) continue;
    for (std::uintptr_t page = rounded_up(begin, large_page_bytes); page + large_page_bytes <= end;
         page += large_page_bytes)
      pages.push_back(page);
  }
  return pages;
}

}  // namespace

void wish_for_large_pages(void* memory, std::size_t bytes) {
  static_cast<void>(madvise(memory, bytes, MADV_HUGEPAGE));
}

void gather_heap_into_large_pages(const std::stop_token& stop) {
  std::mutex nobody_elses;
  std::unique_lock lock(nobody_elses);
  std::condition_variable_any stopped;
  for (const std::uintptr_t page : large_pages_of_heap()) {
    if (stop.stop_requested()) return;
    // A page that is large already is left alone; one for which there is no room stays small, as does one
    // that was given back meanwhile. NOLINTNEXTLINE(performance-no-int-to-ptr): it is the address that the
    // kernel tells
    const auto started = std::chrono::steady_clock::now();
    static_cast<void>(::madvise(reinterpret_cast<void*>(page), large_page_bytes, MADV_COLLAPSE));
    if (std::chrono::steady_clock::now() - started < nothing_done_max) continue;
    stopped.wait_for(lock, stop, gathering_interval, [] { return false; });
  }
}

std::uint64_t large_memory_grants() {
  return grants;
}

void count_large_memory_grant() {
  ++grants;
}

}  // namespace trade

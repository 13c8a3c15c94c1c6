// Runs a fuzz target without libFuzzer: over the files of a corpus, and over changes of each that a seed
// makes. A finding prints what runs it again.
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include <unistd.h>

#include "fuzz/fuzz.hpp"

namespace {

using Bytes = std::vector<std::uint8_t>;

/// What is being run, for the handler of signals.
char running[512] = "nothing yet\n";

void tell_what_runs(int signal) {
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, running, std::strlen(running));
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

void run(const Bytes& input) {
  // In memory of its own size, so that a sanitizer sees a read behind its end.
  const Bytes exact(input);
  LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

Bytes changed(Bytes bytes, const Bytes& other, std::mt19937_64& random) {
  const auto below = [&](std::size_t bound) { return static_cast<std::size_t>(random() % bound); };
  const auto byte = [&] { return static_cast<std::uint8_t>(random()); };
  const auto at = [](std::size_t index) { return static_cast<std::ptrdiff_t>(index); };
  for (std::size_t changes = 1 + below(4); changes > 0; --changes) {
    if (bytes.empty()) bytes.push_back(byte());
    const std::size_t where = below(bytes.size());
    switch (below(6)) {
      case 0:
        bytes[where] = byte();
        break;
      case 1:
        bytes[where] ^= static_cast<std::uint8_t>(1u << below(8));
        break;
      case 2:
        bytes.insert(bytes.begin() + at(where), byte());
        break;
      case 3:
        bytes.erase(bytes.begin() + at(where),
                    bytes.begin() + at(std::min(bytes.size(), where + 1 + below(8))));
        break;
      case 4: {
        // A length or a number at its bounds.
        static constexpr std::uint8_t extremes[] = {0x00, 0x7f, 0x80, 0xff};
        std::fill(bytes.begin() + at(where),
                  bytes.begin() + at(std::min(bytes.size(), where + (std::size_t{1} << below(4)))),
                  extremes[below(4)]);
        break;
      }
      default:
        if (!other.empty()) {
          const std::size_t from = below(other.size());
          bytes.insert(bytes.begin() + at(where), other.begin() + at(from),
                       other.begin() + at(std::min(other.size(), from + 1 + below(32))));
        }
    }
  }
  return bytes;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || argc > 4) {
    std::fprintf(stderr, "usage: %s CORPUS [CHANGES [SEED]]\n", argv[0]);
    return 2;
  }
  const unsigned long changes = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 0;
  const unsigned long seed = argc > 3 ? std::strtoul(argv[3], nullptr, 10) : 1;
  std::vector<std::filesystem::path> files;
  if (std::filesystem::is_directory(argv[1])) {
    for (const auto& entry : std::filesystem::directory_iterator(argv[1]))
      files.push_back(entry.path());
    std::ranges::sort(files);
  } else {
    files.emplace_back(argv[1]);
  }
  std::vector<Bytes> inputs;
  for (const auto& file : files) {
    std::ifstream stream(file, std::ios::binary);
    inputs.emplace_back(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
  }
  if (inputs.empty()) {
    std::fprintf(stderr, "error: no files in %s\n", argv[1]);
    return 1;
  }
  for (const int signal : {SIGABRT, SIGSEGV, SIGFPE, SIGBUS, SIGILL, SIGALRM})
    std::signal(signal, tell_what_runs);
  std::mt19937_64 random(seed);
  run({});
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    for (unsigned long change = 0; change <= changes; ++change) {
      std::snprintf(running, sizeof running, "while running %s, change %lu, seed %lu\n", files[i].c_str(),
                    change, seed);
      // Whatever takes so long is a finding too.
      ::alarm(30);
      run(change == 0 ? inputs[i] : changed(inputs[i], inputs[random() % inputs.size()], random));
    }
  }
  std::printf("%zu inputs, %lu changes of each, seed %lu\n", inputs.size(), changes, seed);
  return 0;
}

// trade: the command line of the suite. Everything is in the command table and the command's own file.
#include <cstdio>
#include <exception>
#include <new>

#include "base/standard_descriptors.hpp"
#include "command_line.hpp"
#include "interrupt.hpp"

int main(int argc, char** argv) {
  trade::hold_standard_descriptors();
  trade::cmd::install_signal_handlers();
  try {
    trade::cmd::CommandLine command_line;
    return command_line.run(argc, argv);
  } catch (const std::bad_alloc&) {
    std::fprintf(stderr, "trade: out of memory\n       see 'ulimit -v' and how much memory is free\n");
    return static_cast<int>(trade::cmd::ExitStatus::error);
  } catch (const std::exception& exception) {
    // Third-party libraries may throw where memory or descriptors run out.
    std::fprintf(stderr, "trade: %s\n", exception.what());
    return static_cast<int>(trade::cmd::ExitStatus::error);
  }
}

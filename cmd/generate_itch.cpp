// trade generate itch: a made-up session on standard output.
#include <iostream>

#include <unistd.h>

#include "arguments.hpp"
#include "commands.hpp"
#include "interrupt.hpp"
#include "itch/generator.hpp"
#include "itch/writer.hpp"
#include "progress.hpp"

namespace trade::cmd {

namespace {

constexpr std::uint32_t symbols_default = 10;
constexpr std::uint64_t messages_default = 100'000;
constexpr std::size_t output_buffer_bytes = 1 << 20;

Result<std::uint32_t> parse_symbol_count(std::string_view text) {
  const Result<std::uint64_t> number = parse_count(text);
  if (!number || *number > itch::generator_symbols_max) {
    return fail(ErrorCode::usage, "not a number of symbols: '" + std::string(text.substr(0, 40)) + "'",
                "it must be from 1 to " + std::to_string(itch::generator_symbols_max));
  }
  return static_cast<std::uint32_t>(*number);
}

/// Ends the generator where the command is to end: it stops at the first error of its sink.
std::unexpected<Error> stopped() {
  return fail_named(ErrorCode::internal, "stopped", "stopped");
}

Result<ExitStatus> generate(Context& context, const itch::GeneratorOptions& options) {
  if (isatty(STDOUT_FILENO) != 0) {
    return fail(ErrorCode::usage, "a session is not for a terminal",
                "write it to a file: trade generate itch > FILE");
  }
  const CooperativeInterrupt interrupt;
  std::vector<char> buffer(output_buffer_bytes);
  std::ios::sync_with_stdio(false);
  std::cout.rdbuf()->pubsetbuf(buffer.data(), static_cast<std::streamsize>(buffer.size()));
  itch::Writer writer(std::cout);
  Progress progress(context, "messages", options.messages);
  std::uint64_t written = 0;
  Status status = itch::generate(options, [&](const itch::Message& message) -> Status {
    if (interrupt.requested()) return stopped();
    progress.update(++written);
    return writer.write(message);
  });
  progress.finish();
  const bool flushed = static_cast<bool>(std::cout.flush());
  // The buffer must not be used after it is gone.
  std::cout.rdbuf()->pubsetbuf(nullptr, 0);
  if (context.output().reader_gone()) return ExitStatus::done;
  if (interrupt.requested()) return ExitStatus::interrupted;
  if (!status) return pass_on(std::move(status));
  if (!flushed) return fail(ErrorCode::internal, "cannot write to standard output", "is the disk full?");
  context.detail(std::to_string(written) + " messages, " + std::to_string(writer.bytes_written()) + " bytes");
  return ExitStatus::done;
}

}  // namespace

Handler define_generate_itch(CLI::App& app) {
  auto options = std::make_shared<itch::GeneratorOptions>();
  options->symbols = symbols_default;
  options->messages = messages_default;
  add_value(app, "--symbols", options->symbols, parse_symbol_count, "N", "How many symbols (10)");
  add_value(app, "--messages", options->messages, parse_count, "N", "How many messages in all (100000)");
  add_value(app, "--seed", options->seed, parse_number, "N", "The same seed gives the same bytes (1)");
  return [options](Context& context) { return generate(context, *options); };
}

}  // namespace trade::cmd

#include "scenario/runner.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "calendar/calendar.hpp"
#include "scenario/lexer.hpp"
#include "scenario/value.hpp"

namespace trade::scenario {

namespace {

constexpr std::int32_t open_second_of_day = 9 * 3'600 + 30 * 60;

constexpr std::string_view needs_virtual_time_name = "needs_virtual_time";

/// A command that waits for its time.
struct Waiting {
  Timestamp due;
  const Step* step;
};

/// What a step says once its variables have their values.
struct Spoken {
  std::string account;
  std::vector<std::string> words;
};

class Run {
 public:
  Run(const Scenario& scenario, const MakeDesk& make_desk, std::uint64_t seed)
      : scenario_(scenario), make_desk_(make_desk), start_(default_start()) {
    result_.file = scenario.line.file->path.string();
    result_.title = scenario.title;
    result_.line = scenario.line.number();
    result_.seed = seed;
  }

  ScenarioResult take() {
    const auto begun = std::chrono::steady_clock::now();
    for (const Step& step : scenario_.steps) {
      ++result_.steps;
      step_ = &step;
      if (Status done = perform(step); !done) note_problem(step, done.error());
      if (result_.verdict == Verdict::skipped || given_up_) break;
      if (result_.differences.size() >= differences_max) break;
    }
    if (desk_ != nullptr && result_.verdict == Verdict::passed) check_at_end();
    result_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    return std::move(result_);
  }

 private:
  // --- what went wrong ---

  Difference& new_difference(const Step& step) {
    result_.verdict = Verdict::failed;
    Difference& difference = result_.differences.emplace_back();
    difference.line = step.line;
    difference.step = describe(step);
    if (step.bindings != nullptr) {
      for (const auto& [name, value] : *step.bindings)
        difference.bindings += (difference.bindings.empty() ? "" : ", ") + name + "=" + value;
    }
    return difference;
  }

  void hold(const Step& step, std::size_t begin) { result_.held.push_back({step.line, begin}); }
  /// Whether the command is refused came as it is written.
  void hold_outcome(const Step& step) { hold(step, indent_of(step.line.text())); }

  /// A step that could not be done: what is behind it would only tell of that.
  void note_problem(const Step& step, const Error& error) {
    if (error.code == ErrorCode::not_permitted && error.name == needs_virtual_time_name) {
      result_.verdict = Verdict::skipped;
      result_.skipped_because =
          "line " + std::to_string(step.line.number()) + " (" + describe(step) + "): " + error.message;
      return;
    }
    Difference& difference = new_difference(step);
    difference.message = error.message;
    difference.hint = error.hint;
    if (error.code == ErrorCode::usage) result_.verdict = Verdict::invalid;
    given_up_ = true;
  }

  void check_at_end() {
    if (Status holds = desk_->check(); !holds) {
      Difference& difference = new_difference(scenario_.steps.back());
      difference.message = "at the end: " + holds.error().message;
      difference.hint = holds.error().hint;
    }
  }

  // --- variables ---

  [[nodiscard]] std::optional<std::string> value_of(const Step& step, std::string_view name) const {
    if (step.bindings != nullptr) {
      if (const auto found = step.bindings->find(name); found != step.bindings->end()) return found->second;
    }
    if (const auto found = variables_.find(name); found != variables_.end()) return found->second;
    return std::nullopt;
  }

  [[nodiscard]] Result<std::string> said(const Step& step, const std::string& text) const {
    if (text.find('$') == std::string::npos) return text;
    return substitute(text, [&](std::string_view name) { return value_of(step, name); });
  }

  [[nodiscard]] Result<std::vector<std::string>> said(const Step& step,
                                                      const std::vector<std::string>& words) const {
    std::vector<std::string> result;
    for (const std::string& word : words) {
      Result<std::string> one = said(step, word);
      if (!one) return pass_on(std::move(one));
      result.push_back(*std::move(one));
    }
    return result;
  }

  [[nodiscard]] Result<Spoken> spoken(const Step& step) const {
    Result<std::string> account = said(step, step.account);
    if (!account) return pass_on(std::move(account));
    Result<std::vector<std::string>> words = said(step, step.words);
    if (!words) return pass_on(std::move(words));
    // A variable by itself is a whole command.
    if (step.words.size() == 1 && step.words.front().starts_with('$')) {
      Result<std::vector<Word>> split = split_words(words->front());
      if (!split) return pass_on(std::move(split));
      words->clear();
      for (Word& word : *split)
        words->push_back(std::move(word.text));
    }
    return Spoken{*std::move(account), *std::move(words)};
  }

  // --- time ---

  /// The desk is made when it is first needed, so that what comes before can say when the day begins.
  Status need_desk() {
    if (desk_ != nullptr) return {};
    DeskOptions options;
    options.start = start_;
    options.seed = result_.seed;
    options.pass_time = [this](Timestamp time) { return pass_time(time); };
    Result<std::unique_ptr<Desk>> desk = make_desk_(options);
    if (!desk) return pass_on(std::move(desk));
    desk_ = *std::move(desk);
    return {};
  }

  [[nodiscard]] Timestamp now() const { return desk_ == nullptr ? start_ : desk_->now(); }

  /// Lets time come to a moment, and on the way the commands that wait for theirs.
  Status pass_time(Timestamp time) {
    for (;;) {
      const auto next = std::ranges::min_element(waiting_, {}, &Waiting::due);
      if (next == waiting_.end() || next->due > time) return desk_->advance_to(time);
      const Waiting waiting = *next;
      waiting_.erase(next);
      if (waiting.due > desk_->now()) {
        if (Status advanced = desk_->advance_to(waiting.due); !advanced) return advanced;
      }
      Result<Spoken> words = spoken(*waiting.step);
      if (!words) return pass_on(std::move(words));
      const Outcome outcome = desk_->run(words->account, words->words);
      remember_id(*waiting.step, outcome);
      if (!outcome.errors.empty()) unexpected_refusal(*waiting.step, outcome.errors.front());
    }
  }

  static std::unexpected<Error> needs_virtual_time(std::string why) {
    return fail_named(ErrorCode::not_permitted, needs_virtual_time_name, std::move(why));
  }

  /// Runs a command; an error where it would need a clock of the scenario's own.
  Result<Outcome> run_on_desk(const Spoken& words) {
    Outcome outcome = desk_->run(words.account, words.words);
    for (Error& error : outcome.errors) {
      if (error.name == needs_virtual_time_name) return std::unexpected(std::move(error));
    }
    return outcome;
  }

  Status move_to(Timestamp time) {
    if (desk_ == nullptr) {
      start_ = time;
      return {};
    }
    if (!desk_->owns_time()) return needs_virtual_time("it says what time it is");
    if (time < desk_->now()) {
      return fail(ErrorCode::usage, "time cannot go back: it is " + new_york_text(desk_->now()),
                  "name the date, or a later time");
    }
    return pass_time(time);
  }

  Status advance(const std::string& text) {
    Result<std::int64_t> duration = parse_duration(text);
    if (!duration) return pass_on(std::move(duration));
    if (Status made = need_desk(); !made) return made;
    return pass_time(Timestamp{desk_->now().nanoseconds + *duration});
  }

  Status set_calendar(const std::string& name) {
    if (name != "always" && name != "us")
      return fail(ErrorCode::usage, "no calendar '" + name + "'", "one of always, us");
    if (Status made = need_desk(); !made) return made;
    return desk_->set_calendar(name == "us");
  }

  // --- commands ---

  void remember_id(const Step& step, const Outcome& outcome) {
    if (step.variable.empty()) return;
    const std::optional<std::string> id = field_text(outcome.output, "id");
    if (id && *id != value_none) variables_[step.variable] = *id;
  }

  void unexpected_refusal(const Step& step, const Error& error) {
    Difference& difference = new_difference(step);
    difference.message = "refused: " + error.name + " (" + error.message + ")";
    difference.hint = error.hint;
    difference.refusal = RefusalDifference::unexpected;
    difference.reason = error.name;
    if (error.code == ErrorCode::usage) result_.verdict = Verdict::invalid;
    given_up_ = true;
  }

  Status run_command(const Step& step) {
    if (Status made = need_desk(); !made) return made;
    if (!step.delay.empty()) {
      Result<std::string> delay = said(step, step.delay);
      if (!delay) return pass_on(std::move(delay));
      Result<std::int64_t> duration = parse_duration(*delay);
      if (!duration) return pass_on(std::move(duration));
      waiting_.push_back({Timestamp{desk_->now().nanoseconds + *duration}, &step});
      return {};
    }
    Result<Spoken> words = spoken(step);
    if (!words) return pass_on(std::move(words));
    Result<Outcome> outcome = run_on_desk(*words);
    if (!outcome) return pass_on(std::move(outcome));
    last_ = *std::move(outcome);
    last_step_ = &step;
    remember_id(step, last_);
    if (last_.errors.empty()) {
      hold_outcome(step);
    } else {
      unexpected_refusal(step, last_.errors.front());
    }
    return {};
  }

  /// What a venue tells can be refused as a command is; that it makes no sense is an error of the scenario's.
  Result<Outcome> refusal_of_venue(const std::vector<std::string>& words) {
    Outcome outcome;
    if (Status done = desk_->behave({words.begin() + 1, words.end()}); !done) {
      if (done.error().code == ErrorCode::usage) return pass_on(std::move(done));
      outcome.errors.push_back(std::move(done).error());
    }
    return outcome;
  }

  Status expect_refusal(const Step& step) {
    if (Status made = need_desk(); !made) return made;
    Result<Spoken> words = spoken(step);
    if (!words) return pass_on(std::move(words));
    Result<std::string> wanted = said(step, step.refusal);
    if (!wanted) return pass_on(std::move(wanted));
    ++result_.expectations;
    Result<Outcome> outcome =
        words->words.front() == "venue" ? refusal_of_venue(words->words) : run_on_desk(*words);
    if (!outcome) return pass_on(std::move(outcome));
    last_ = *std::move(outcome);
    last_step_ = &step;
    if (last_.errors.empty()) {
      Difference& difference = new_difference(step);
      difference.message =
          "expected a refusal" + (wanted->empty() ? "" : " (" + *wanted + ")") + ", and it was accepted";
      difference.refusal = RefusalDifference::missing;
      return {};
    }
    hold_outcome(step);
    const Error& error = last_.errors.front();
    const std::size_t at = step.line.text().find(step.refusal + ":");
    if (wanted->empty() || error.name == *wanted) {
      hold(step, at);
      return {};
    }
    Difference& difference = new_difference(step);
    difference.reason = error.name;
    difference.hint = error.message;
    difference.fields.push_back({"reason", *wanted, error.name, {}});
    if (step.refusal == *wanted) {
      difference.fields.back().value_begin = at;
      difference.fields.back().value_end = at + step.refusal.size();
    }
    return {};
  }

  // --- expectations ---

  /// "portfolio alice" as the command line has it: "portfolio" for account alice.
  [[nodiscard]] static Spoken command_of(Spoken query) {
    std::vector<std::string>& words = query.words;
    const std::string name = words.front();
    const bool named = words.size() > 1 && !words[1].starts_with('-');
    if (name == "portfolio" || name == "orders" || name == "fills") {
      if (named) {
        query.account = words[1];
        words.erase(words.begin() + 1);
      }
    } else if (name == "account" || name == "symbol" || name == "rules") {
      if (words.size() == 1 || words[1] != "show") words.insert(words.begin() + 1, "show");
    } else if (name == "market" && words.size() == 1) {
      words.emplace_back("status");
    } else if (name == "routes") {
      words = {"route", "list"};
    }
    return query;
  }

  Status compare(const Step& step, const format::Json& answer, const Step* cause) {
    std::vector<FieldDifference> differences;
    for (const FieldExpectation& field : step.fields) {
      ++result_.expectations;
      Result<std::string> path = said(step, field.path);
      if (!path) return pass_on(std::move(path));
      Result<std::string> wanted = said(step, field.value);
      if (!wanted) return pass_on(std::move(wanted));
      const std::optional<std::string> actual = field_text(answer, *path);
      if (!actual) {
        std::string names;
        for (const std::string& name : field_names(answer))
          names += (names.empty() ? "" : ", ") + name;
        differences.push_back({*path, *wanted, "no such field", names.empty() ? "" : "there are " + names});
        continue;
      }
      if (!desk_->owns_time() && shown_value(*actual) != *actual && *wanted != value_any)
        return needs_virtual_time("it says when something happens");
      Result<bool> same = matches(*actual, field.comparison, *wanted);
      if (!same) return pass_on(std::move(same));
      if (*same) {
        hold(step, field.value_begin);
        continue;
      }
      const std::string sign =
          field.comparison == Comparison::equal ? "" : std::string(sign_of(field.comparison)) + " ";
      FieldDifference difference{*path, sign + *wanted, shown_value(*actual), {}};
      if (field.comparison == Comparison::equal && *wanted == field.value) {
        difference.value_begin = field.value_begin;
        difference.value_end = field.value_end;
      }
      differences.push_back(std::move(difference));
    }
    if (differences.empty()) return {};
    Difference& difference = new_difference(step);
    difference.fields = std::move(differences);
    if (cause != nullptr) {
      difference.cause = describe(*cause);
      difference.cause_line = cause->line.number();
    }
    return {};
  }

  Status expect_result(const Step& step) {
    if (last_step_ == nullptr) {
      return fail(ErrorCode::usage, "no command came before whose result this could be",
                  "put it behind one, or ask: expect order $id: …");
    }
    return compare(step, last_.output, last_step_);
  }

  Status expect_query(const Step& step) {
    if (Status made = need_desk(); !made) return made;
    Result<Spoken> words = spoken(step);
    if (!words) return pass_on(std::move(words));
    const Spoken command = command_of(*std::move(words));
    const Outcome outcome = desk_->run(command.account, command.words);
    if (!outcome.errors.empty()) return std::unexpected(outcome.errors.front());
    return compare(step, outcome.output, nullptr);
  }

  Status perform(const Step& step) {
    switch (step.kind) {
      case StepKind::command:
        return run_command(step);
      case StepKind::expect_result:
        return expect_result(step);
      case StepKind::expect_query:
        return expect_query(step);
      case StepKind::expect_refusal:
        return expect_refusal(step);
      default:
        break;
    }
    Result<std::vector<std::string>> words = said(step, step.words);
    if (!words) return pass_on(std::move(words));
    switch (step.kind) {
      case StepKind::at: {
        Result<Timestamp> moment = parse_moment(*words, now());
        if (!moment) return pass_on(std::move(moment));
        return move_to(*moment);
      }
      case StepKind::advance:
        return advance(words->front());
      case StepKind::calendar:
        return set_calendar(words->front());
      case StepKind::let:
        variables_[words->front()] = words->back();
        return {};
      default:
        if (Status made = need_desk(); !made) return made;
        return desk_->behave(*words);
    }
  }

  const Scenario& scenario_;
  const MakeDesk& make_desk_;
  Timestamp start_;
  std::unique_ptr<Desk> desk_;
  std::map<std::string, std::string, std::less<>> variables_;
  std::vector<Waiting> waiting_;
  Outcome last_;
  const Step* last_step_ = nullptr;
  const Step* step_ = nullptr;
  bool given_up_ = false;
  ScenarioResult result_;
};

}  // namespace

Timestamp default_start() {
  return calendar::from_new_york({*parse_date("2026-03-02"), open_second_of_day});
}

ScenarioResult run_scenario(const Scenario& scenario, const MakeDesk& make_desk, std::uint64_t seed) {
  return Run(scenario, make_desk, seed).take();
}

}  // namespace trade::scenario

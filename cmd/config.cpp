// trade config: every setting and where it comes from; changing and checking the file.
#include "app/config.hpp"

#include "arguments.hpp"
#include "commands.hpp"
#include "format/layout.hpp"

namespace trade::cmd {

namespace {

const format::Layout& setting_layout() {
  static const format::Layout layout{"settings",
                                     {{.key = "key", .heading = "KEY"},
                                      {.key = "value", .heading = "VALUE"},
                                      {.key = "origin", .heading = "FROM"},
                                      {.key = "environment", .heading = "ENVIRONMENT", .drop_order = 1}},
                                     {"key", "value", "origin", "environment", "description"}};
  return layout;
}

format::Json setting_record(const app::Config::Value& value) {
  format::Json record;
  record["key"] = value.key->full_name();
  record["value"] = value.text;
  record["origin"] = value.origin;
  record["environment"] = value.key->environment_name();
  record["description"] = value.key->description;
  return record;
}

Result<ExitStatus> show_config(Context& context) {
  Result<const app::Config*> config = context.config();
  if (!config) return pass_on(std::move(config));
  std::vector<format::Json> records;
  for (const app::Config::Value& value : (*config)->values())
    records.push_back(setting_record(value));
  context.output().list(setting_layout(), records);
  return ExitStatus::done;
}

Result<ExitStatus> get_config(Context& context, const std::string& key) {
  Result<const app::Config*> config = context.config();
  if (!config) return pass_on(std::move(config));
  Result<const app::Config::Value*> value = (*config)->find(key);
  if (!value) return pass_on(std::move(value));
  Output& output = context.output();
  if (output.mode() == format::OutputMode::table) {
    output.write(format::printable((*value)->text) + "\n");
  } else {
    output.record(setting_layout(), setting_record(**value));
  }
  return ExitStatus::done;
}

struct SetArguments {
  std::string key;
  std::string value;
  bool dry_run = false;
};

Result<ExitStatus> set_config(Context& context, const SetArguments& arguments) {
  Result<std::filesystem::path> file = context.config_file();
  if (!file) return pass_on(std::move(file));
  app::Config checked = app::Config::defaults();
  if (Status valid = checked.override_value(arguments.key, arguments.value, file->string()); !valid) {
    return pass_on(std::move(valid));
  }
  if (!arguments.dry_run) {
    if (!context.globals().config && !environment("TRADE_CONFIG")) {
      Result<app::Home> home = context.home();
      if (!home) return pass_on(std::move(home));
      if (Status created = app::create_home(*home); !created) return pass_on(std::move(created));
    }
    if (Status set = app::set_config_value(*file, arguments.key, arguments.value); !set)
      return pass_on(std::move(set));
  }
  format::Json record;
  if (arguments.dry_run) record["dry_run"] = true;
  record["key"] = arguments.key;
  record["value"] = arguments.value;
  record["file"] = file->string();
  context.output().record(record);
  return ExitStatus::done;
}

Result<ExitStatus> check_config(Context& context) {
  Result<std::filesystem::path> file = context.config_file();
  if (!file) return pass_on(std::move(file));
  const std::vector<Error> problems = app::check_config_file(*file);
  format::Json record;
  record["file"] = file->string();
  record["valid"] = problems.empty();
  record["problems"] = format::Json::array();
  for (const Error& problem : problems)
    record["problems"].push_back(format::json_of(problem));
  context.output().record(record);
  if (problems.empty()) return ExitStatus::done;
  if (!format::is_json(context.output().mode())) {
    for (const Error& problem : problems)
      context.report(problem);
    return ExitStatus::error;
  }
  return fail_named(ErrorCode::internal, "invalid_config", problems.front().message, problems.front().hint);
}

}  // namespace

Handler define_config_show(CLI::App&) {
  return show_config;
}

Handler define_config_get(CLI::App& app) {
  auto key = std::make_shared<std::string>();
  required(add_value(app, "key", *key, parse_text, config_key_kind, "section.name"));
  return [key](Context& context) { return get_config(context, *key); };
}

Handler define_config_set(CLI::App& app) {
  auto arguments = std::make_shared<SetArguments>();
  required(add_value(app, "key", arguments->key, parse_text, config_key_kind, "section.name"));
  const auto any_text = [](std::string_view text) -> Result<std::string> { return std::string(text); };
  required(add_value(app, "value", arguments->value, any_text, "VALUE", "Its new value"));
  add_dry_run(app, arguments->dry_run);
  return [arguments](Context& context) { return set_config(context, *arguments); };
}

Handler define_config_sample(CLI::App&) {
  return [](Context& context) -> Result<ExitStatus> {
    context.output().write(app::sample_config());
    return ExitStatus::done;
  };
}

Handler define_config_check(CLI::App&) {
  return check_config;
}

}  // namespace trade::cmd

#include "cli/flags/setting_flag.h"

#include <CLI/CLI.hpp>
#include <utility>

namespace cellwise::cli {
namespace {

const char* type_name(settings::Shape shape) {
    switch (shape) {
        case settings::Shape::count:
            return "COUNT";
        case settings::Shape::number:
            return "NUMBER";
        case settings::Shape::list:
            return "LIST";
        case settings::Shape::path:
            return "PATH";
        case settings::Shape::flag:
        case settings::Shape::text:
            break;
    }
    return "TEXT";
}

}  // namespace

CLI::Option* add_setting_flag(CLI::App& command, const settings::Setting& setting,
                              std::function<void(const std::string& text)> take, std::string flag, std::string help) {
    if (flag.empty()) flag = settings::flag_of(setting.key);
    if (help.empty()) help = setting.help;
    if (setting.shape == settings::Shape::flag) {
        return command.add_flag_callback(
            flag, [take = std::move(take)] { take("true"); }, help + " [off]");
    }
    auto* option = command.add_option_function<std::string>(flag, std::move(take), help)
                       ->type_name(type_name(setting.shape))
                       ->take_last();
    const auto text = setting.text();
    if (!text.empty()) option->default_str(text);
    return option;
}

}  // namespace cellwise::cli

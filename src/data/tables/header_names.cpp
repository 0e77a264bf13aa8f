#include "data/tables/header_names.h"

#include <fmt/format.h>

#include <set>

#include "core/utf8.h"
#include "data/tables/number_text.h"

namespace cellwise::tables {

std::vector<HeaderName> header_names(const std::vector<std::string>& names, std::vector<std::string>& notes) {
    std::set<std::string, std::less<>> taken;
    for (const auto& name : names) taken.insert(std::string(without_blanks(name)));
    std::set<std::string, std::less<>> given;
    std::vector<HeaderName> result;
    for (std::size_t i = 0; i < names.size(); ++i) {
        const std::string name(without_blanks(names[i]));
        std::string own = name.empty() ? fmt::format("Unnamed: {}", i) : name;
        for (int count = 1; given.contains(own) || (own != name && taken.contains(own)); ++count) {
            own = fmt::format("{}.{}", name.empty() ? fmt::format("Unnamed: {}", i) : name, count);
        }
        if (name.empty()) {
            notes.push_back(fmt::format("column {} has no name: it is called '{}'", i + 1, own));
        } else if (own != name) {
            notes.push_back(fmt::format("column {} is called '{}' like one before it: it is '{}'", i + 1,
                                        printable(name), printable(own)));
        }
        given.insert(own);
        result.push_back({own, name.empty()});
    }
    return result;
}

}  // namespace cellwise::tables

#include "search/team.h"

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "core/json_text.h"
#include "core/strict_json.h"
#include "search/journal.h"

namespace cellwise::search {

std::vector<const AskedTrial*> Team::own_part(const std::vector<const AskedTrial*>& trials) const {
    if (processes_ == nullptr) return trials;
    std::vector<const AskedTrial*> own;
    const auto step = static_cast<std::size_t>(processes_->size());
    for (auto i = static_cast<std::size_t>(processes_->rank()); i < trials.size(); i += step) own.push_back(trials[i]);
    return own;
}

std::vector<Trial> Team::of_all(const std::vector<Trial>& own, const Space& space) const {
    if (processes_ == nullptr) return {};
    std::string lines;
    for (const auto& trial : own) lines += json_text(trial_json(space, trial)) + '\n';
    std::vector<Trial> all;
    for (const auto& part : processes_->gather(std::as_bytes(std::span(lines)))) {
        std::string_view rest(reinterpret_cast<const char*>(part.data()), part.size());
        while (!rest.empty()) {
            const auto end = rest.find('\n');
            const std::string_view where = "a trial of another process";
            all.push_back(trial_of(parse_strict_json(rest.substr(0, end), where), space, where));
            rest.remove_prefix(end + 1);
        }
    }
    return all;
}

}  // namespace cellwise::search

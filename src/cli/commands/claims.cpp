#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <type_traits>

#include "cli/command_list.h"
#include "cli/commands.h"
#include "cli/commands/claims_measured.h"
#include "cli/commands/claims_report.h"
#include "cli/flags/settings.h"
#include "cli/terminal/output.h"
#include "core/error.h"
#include "core/log.h"
#include "lab/claims/registry.h"
#include "tasks/customers/network_kinds.h"
#include "tasks/sentiment/configuration.h"
#include "verbs/claims/customer_claims.h"
#include "verbs/claims/search_claims.h"

namespace cellwise::cli {
namespace {

// The settings that claims leave to the user; what else there is belongs to their set-ups.
constexpr const char* open_settings[] = {
    "seed",           "seeds",          "threads",       "engine",          "data",       "offline", "limit",
    "text_column",    "label_column",   "test_data",     "no_header",       "delimiter",  "quoting", "encoding",
    "positive_label", "negative_label", "positive_from", "drop_duplicates", "empty_texts"};

struct ClaimsFlags {
    std::vector<std::string> names;
    std::map<std::string, std::string> settings;  // by key
    std::string json, markdown, results;
    std::string table, target;  // one's own customers
    std::vector<std::string> missing_values;
    bool all = false, quick = false, list = false, explain = false;
};

lab::Sizes sizes_of(const ClaimsFlags& flags, const sentiment::Configuration& configuration) {
    auto sizes = flags.quick ? lab::Sizes::quick_look() : lab::Sizes::full();
    if (configuration.data.limit > 0) sizes.most_reviews = sizes.reviews(configuration.data.limit);
    return sizes;
}

std::vector<std::uint64_t> seeds_of(const lab::Claim& claim, const ClaimsFlags& flags,
                                    sentiment::Configuration configuration) {
    if (!flags.settings.contains("seeds")) {
        configuration.seeds = std::to_string(flags.quick ? std::min(claim.seeds, lab::quick_seeds) : claim.seeds);
    }
    return configuration.seed_list();
}

/// The claims that there are: about reviews, about customers, about searches.
std::vector<lab::Claim> all_claims(const ClaimsFlags& flags, const sentiment::Configuration& configuration) {
    if (flags.table.empty() != flags.target.empty()) throw UsageError("--table and --target go together");
    verbs::CustomerClaimsOptions options{customers::all_model_kinds(), configuration.data.path, {}};
    if (!flags.table.empty()) options.own = verbs::own_table(flags.table, flags.target, flags.missing_values);
    auto claims = lab::all_claims();
    const auto customers = verbs::customer_claims(options);
    claims.insert(claims.end(), customers.begin(), customers.end());
    const auto searches = verbs::search_claims(configuration);
    claims.insert(claims.end(), searches.begin(), searches.end());
    return claims;
}

void run_claims(const ClaimsFlags& flags) {
    sentiment::Configuration configuration;
    for (const auto& [key, text] : flags.settings) sentiment::set_from_text(configuration, key, text, flag_of(key));
    configuration.validate();
    const auto claims = lab::select_claims(flags.names, all_claims(flags, configuration));
    const Output out(flags.json);
    const bool measures = flags.all || flags.quick || !flags.names.empty();
    if (!measures && !flags.list && !flags.explain) {
        if (!flags.settings.empty() || !flags.results.empty() || !flags.markdown.empty()) {
            throw UsageError("name the claims to measure, or say --all");
        }
        const auto measured = measured_claims();
        out.print(measured_claims_text(measured));
        return out.write_json(with_schema("claims-measured", measured_claims_json(measured)));
    }
    if (flags.list) return out.print(claims_list(claims));
    if (flags.explain) return out.print(claims_explained(claims, sizes_of(flags, configuration)));

    require_writable("--markdown", flags.markdown);
    lab::Laboratory::Options options;
    options.sizes = sizes_of(flags, configuration);
    options.data = configuration.data;
    options.data.limit = 0;  // the experiments choose their reviews themselves, up to the limit
    options.engine = configuration.model.engine;
    options.threads = configuration.threads;
    options.folder = flags.results;
    lab::Laboratory laboratory(options);
    std::vector<lab::ClaimResult> results;
    for (const auto& claim : claims) {
        results.push_back(lab::run_claim(claim, laboratory, seeds_of(claim, flags, configuration)));
        log::notice(
            fmt::format("{} ({} of {}): {}", claim.name, results.size(), claims.size(), shown_verdict(results.back())));
    }
    lab::judge_together(results);
    out.print(claims_text(results));
    if (!flags.markdown.empty()) write_named(flags.markdown, claims_markdown(results));
    out.write_json(with_schema("claims", claims_json(results)));
}

}  // namespace

void add_claims(CLI::App& app) {
    auto* command = add_command(app, "claims");
    auto flags = std::make_shared<ClaimsFlags>();
    command->add_option("names", flags->names, "claims to measure, or what their names begin with")->type_name("NAME");
    command->add_flag("--all", flags->all, "measure all claims, in full: hours");
    command->add_flag("--quick", flags->quick, "a look in minutes at how they are measured, without verdicts");
    command->add_flag("--list", flags->list, "name the claims");
    command->add_flag("--explain", flags->explain, "show what would be measured, and the rule, without measuring");
    command
        ->add_option("--results", flags->results,
                     "keep trainings and measurements in this folder, and use those that it has")
        ->type_name("DIR");
    command->add_option("--markdown", flags->markdown, "write the table and what was done as Markdown")
        ->type_name("FILE");
    command->add_option("--table", flags->table, "test the claims about customers on this table only")
        ->type_name("FILE");
    command->add_option("--target", flags->target, "what is predicted in --table")->type_name("NAME");
    command->add_option("--missing-value", flags->missing_values,
                        "a text that means a missing value in --table (repeatable)");
    command->add_option("--json", flags->json, "write the results as JSON to a file, or - for standard output")
        ->type_name("FILE");
    sentiment::Configuration defaults;
    for (const auto& setting : sentiment::settings_of(defaults)) {
        const auto& key = setting.key;
        if (std::find(std::begin(open_settings), std::end(open_settings), key) == std::end(open_settings)) continue;
        const auto set = [flags, key](const std::string& text) { flags->settings[key] = text; };
        if (setting.shape == settings::Shape::flag) {
            command->add_flag_callback(
                flag_of(key), [set] { set("true"); }, setting.help);
        } else {
            command->add_option_function<std::string>(flag_of(key), set, setting.help)->take_last();
        }
    }
    add_display_flags(*command);
    command->callback([flags] { run_claims(*flags); });
    command->footer(
        "Examples:\n"
        "  cellwise claims                                  the verdicts as they were measured and shipped\n"
        "  cellwise claims --quick                          how they are measured, at a small size, in minutes\n"
        "  cellwise claims lstm-beats-rnn --explain         what would be measured, and when it counts\n"
        "  cellwise claims batch-norm --results claims/     all claims whose names begin with batch-norm\n"
        "  cellwise claims customers --results claims/      those about tables of customers\n"
        "  cellwise claims customers-smote --table my.csv --target bought\n"
        "  cellwise claims --all --results claims/ --markdown claims.md --json claims.json\n"
        "Without --seeds each claim takes its own number (--list). A claim's verdict is not an error: exit code 0.");
}

}  // namespace cellwise::cli

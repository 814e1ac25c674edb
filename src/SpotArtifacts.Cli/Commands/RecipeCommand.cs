using System.CommandLine;
using SpotArtifacts.Networks;
using SpotArtifacts.Pretraining;

namespace SpotArtifacts.Cli.Commands;

/// <summary><c>spot recipe show</c> and <c>spot recipe check</c>: what a run would be made of.</summary>
internal static class RecipeCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create() => new("recipe", "Show or check the settings a run would have.")
    {
        Make("show", "Print the resolved recipe as YAML.", RecipeFile.ToYaml),
        Make("check", "Check the recipe and name its sizes.", recipe => Sizes(recipe) + "\n"),
    };

    private static Command Make(string name, string description, Func<Recipe, string> text)
    {
        Command command = new(name, description);
        RecipeSelection selection = new(command);
        command.SetAction(parsed => parsed.InvocationConfiguration.Output.Write(text(selection.Resolve(parsed))));
        return command;
    }

    private static string Sizes(Recipe recipe)
    {
        NetworkOptions network = recipe.Network;
        int grid = network.BottleneckGrid;
        return $"ok: {network.ImageSize}x{network.ImageSize} images, {grid}x{grid} feature entries, "
            + $"{recipe.BatchPerRank} images per rank and step, {recipe.Autoencoding.Steps} + {recipe.Spotting.Steps} steps";
    }
}

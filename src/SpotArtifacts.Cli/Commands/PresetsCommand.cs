using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using SpotArtifacts.Cli.Display;
using SpotArtifacts.Networks;
using SpotArtifacts.Pretraining;

namespace SpotArtifacts.Cli.Commands;

/// <summary><c>spot presets</c>: the named starting points of a recipe.</summary>
internal static class PresetsCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        Command command = new("presets", "List the presets a recipe can start from: their networks' sizes.");
        command.SetAction(parsed => Terminal.For(parsed.InvocationConfiguration.Output).Write(MakeTable()));
        return command;
    }

    // Fits 80 columns; spot recipe show --preset NAME has the rest.
    private static Table MakeTable()
    {
        Table table = new() { Border = TableBorder.None };
        table.AddColumns("preset", "image", "stem and encoder", "grid", "stride", "discriminator", "head");
        foreach (TableColumn column in table.Columns)
            column.PadLeft(0).PadRight(2).NoWrap();
        foreach (Recipe preset in Presets.All)
        {
            NetworkOptions network = preset.Network;
            int grid = network.BottleneckGrid;
            table.AddRow(
                preset.Preset,
                Text(network.ImageSize),
                string.Join('/', network.EncoderWidths.Prepend(network.StemWidth)),
                $"{grid}x{grid}",
                Text(network.Conv1Stride),
                string.Join('/', network.DiscriminatorWidths),
                Text(network.ClassHeadWidth));
        }

        return table;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

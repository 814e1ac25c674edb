using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace SpotArtifacts.Cli.Report;

/// <summary>Components of the studio as markup that stays as it is: those that need neither a service nor a script.</summary>
internal static class StaticMarkup
{
    /// <summary>The markup of a component.</summary>
    /// <typeparam name="T">The component.</typeparam>
    /// <param name="parameters">Its parameters by name.</param>
    internal static string Of<T>(Dictionary<string, object?> parameters) where T : IComponent
    {
        using ServiceProvider none = new ServiceCollection().BuildServiceProvider();
        using HtmlRenderer renderer = new(none, NullLoggerFactory.Instance);
        // Nothing in such a component waits.
        ParameterView given = ParameterView.FromDictionary(parameters);
        return renderer.Dispatcher.InvokeAsync(async () =>
            (await renderer.RenderComponentAsync<T>(given).ConfigureAwait(false)).ToHtmlString()).GetAwaiter().GetResult();
    }
}

using Microsoft.AspNetCore.Components;

namespace SpotArtifacts.Studio.Tests;

public sealed class PublicTypesTests
{
    // Razor makes components public. All else stays inside.
    [Fact]
    public void Assembly_PublicTypes_AreComponents() => Assert.All(
        typeof(App).Assembly.GetExportedTypes(),
        type => Assert.True(typeof(IComponent).IsAssignableFrom(type) || type.Name == "_Imports", type.FullName));
}

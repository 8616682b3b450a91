import "./graph.css";
import { useNavigate } from "@remix-run/react";
import {
  MiniMap,
  type NodeMouseHandler,
  Panel as OverlayPanel,
  Position,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
  useStore,
} from "@xyflow/react";
import { Maximize, Minus, Plus } from "lucide-react";
import { type KeyboardEvent, useMemo, useRef, useState } from "react";
import type { Topology, TopologyEdge } from "#app/domain/messaging/topology-schema.ts";
import { Button } from "../primitives/button.tsx";
import { cx } from "../primitives/cx.ts";
import { AgentNode, type AgentNodeType } from "./agent-node.tsx";
import { edgePath } from "./edge-path.ts";
import {
  countByNode,
  edgesToDraw,
  type Focus,
  focusOnEdge,
  focusOnEdges,
  focusOnNodes,
  widthOf,
} from "./graph-data.ts";
import { nodeHeight, nodeWidth, type Point } from "./lay-out-agents.ts";
import { nextInDirection } from "./next-in-direction.ts";
import { ArrowMarkers, type EdgeLook, PermissionEdge, type PermissionEdgeType } from "./permission-edge.tsx";
import { agentHref, closeHref, edgeHref, keyOfEdge, stateOf, type TopologyView } from "./topology-view.ts";
import { usePositions } from "./use-positions.ts";

export interface TopologyGraphProps {
  topology: Topology;
  /** Those that the filter lets through. */
  edges: TopologyEdge[];
  view: TopologyView;
  /** Agents that are searched for. */
  found: ReadonlySet<string> | undefined;
}

const nodeTypes = { agent: AgentNode };
const edgeTypes = { permission: PermissionEdge };
/** Below this zoom the small print of a node cannot be read. */
const farZoom = 0.72;
const crowdedFrom = 250;

/** The fleet, drawn. It is moved by hand and by keys; who does not see it has the list below. */
export function TopologyGraph(props: TopologyGraphProps) {
  return (
    <ReactFlowProvider>
      <Graph {...props} />
    </ReactFlowProvider>
  );
}

function Graph({ topology, edges, view, found }: TopologyGraphProps) {
  const navigate = useNavigate();
  const flow = useReactFlow();
  const root = useRef<HTMLDivElement>(null);
  const [hovered, setHovered] = useState<string>();
  const [stop, setStop] = useState<string>();
  const isFar = useStore(({ transform }) => transform[2] < farZoom);
  const positions = usePositions(topology);
  const drawn = useMemo(() => edgesToDraw(edges), [edges]);
  const focus = useMemo(() => focusOf({ hovered, view, found, drawn }), [hovered, view, found, drawn]);
  const firstId = topology.agents[0]?.id ?? topology.deskId ?? undefined;
  const stopId = stop !== undefined && positions.has(stop) ? stop : (view.agent ?? firstId);
  const nodes = useNodes(topology, positions, { focus, selectedId: view.agent, stopId });
  const lines = useEdges(drawn, positions, focus);

  const go = (href: string) => navigate(href, { preventScrollReset: true });
  const onNode: NodeMouseHandler = (_event, { id }) => {
    setStop(id);
    go(id === view.agent ? closeHref(view) : agentHref(view, id));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const from = event.target instanceof HTMLElement ? event.target.dataset.agent : undefined;
    if (from === undefined) return;
    const next = nextInDirection(positions, from, event.key);
    if (next === undefined) return;
    event.preventDefault();
    setStop(next.id);
    root.current?.querySelector<HTMLElement>(`[data-agent="${next.id}"]`)?.focus({ preventScroll: true });
    if (!isInView(root.current, next.id))
      void flow.setCenter(next.at.x, next.at.y, { zoom: flow.getZoom(), duration: 0 });
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys are those of the buttons within
    <div
      ref={root}
      onKeyDown={onKeyDown}
      onFocus={({ target }) =>
        target.matches("[data-agent]:focus-visible") && setHovered(target.dataset.agent)
      }
      onBlur={() => setHovered(undefined)}
      className={cx(
        "topology-graph absolute inset-0",
        focus !== undefined && "has-focus",
        isFar && "is-far",
        drawn.length > crowdedFrom && "is-crowded",
      )}
    >
      <ArrowMarkers />
      <ReactFlow
        aria-label="Agents and who may send to whom"
        nodes={nodes}
        edges={lines}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        disableKeyboardA11y
        minZoom={0.1}
        maxZoom={2}
        fitView
        fitViewOptions={{ padding: 0.04, maxZoom: 1.2 }}
        // The page is scrolled more often than the graph is zoomed.
        zoomOnScroll={false}
        preventScrolling={false}
        onNodeClick={onNode}
        onNodeMouseEnter={(_event, { id }) => setHovered(id)}
        onNodeMouseLeave={() => setHovered(undefined)}
        onEdgeClick={(_event, { source, target }) => go(edgeHref(view, source, target))}
        onPaneClick={() => (view.agent ?? view.from) !== undefined && go(closeHref(view))}
      >
        <MiniMap
          pannable
          ariaLabel={null}
          aria-hidden="true"
          className="max-md:!hidden"
          style={{ width: 160, height: 96 }}
          nodeColor={({ id }) => (focus?.nodes.has(id) ? "rgb(var(--accent))" : "rgb(var(--ink-faint))")}
        />
        <OverlayPanel position="top-left" className="!m-2 flex gap-1">
          <Button
            size="icon-sm"
            aria-label="Zoom in"
            onClick={() => flow.zoomIn()}
            icon={<Plus className="size-4" />}
          />
          <Button
            size="icon-sm"
            aria-label="Zoom out"
            onClick={() => flow.zoomOut()}
            icon={<Minus className="size-4" />}
          />
          <Button
            size="icon-sm"
            aria-label="Show all"
            title="Show all"
            onClick={() => flow.fitView({ padding: 0.04, maxZoom: 1.2 })}
            icon={<Maximize className="size-4" />}
          />
        </OverlayPanel>
      </ReactFlow>
    </div>
  );
}

interface FocusInput {
  hovered: string | undefined;
  view: TopologyView;
  found: ReadonlySet<string> | undefined;
  drawn: readonly TopologyEdge[];
}

/** What is pointed at comes before what is selected, and that before what is searched for. */
function focusOf({ hovered, view, found, drawn }: FocusInput): Focus | undefined {
  if (hovered !== undefined) return focusOnNodes(new Set([hovered]), drawn);
  if (view.agent !== undefined) return focusOnNodes(new Set([view.agent]), drawn);
  if (view.from !== undefined && view.to !== undefined) return focusOnEdge(view.from, view.to);
  if (found !== undefined) return focusOnNodes(found, drawn);
  // Who has nothing to do with a refusal stands back while refusals are looked for.
  return view.show === "refused" ? focusOnEdges(drawn) : undefined;
}

function isInView(root: HTMLElement | null, id: string): boolean {
  const node = root?.querySelector(`[data-agent="${id}"]`)?.getBoundingClientRect();
  const frame = root?.getBoundingClientRect();
  if (node === undefined || frame === undefined) return false;
  return (
    node.left >= frame.left &&
    node.right <= frame.right &&
    node.top >= frame.top &&
    node.bottom <= frame.bottom
  );
}

const noCounts = { sent: 0, received: 0 };

function useNodes(
  topology: Topology,
  positions: ReadonlyMap<string, Point>,
  {
    focus,
    selectedId,
    stopId,
  }: { focus: Focus | undefined; selectedId: string | undefined; stopId: string | undefined },
): AgentNodeType[] {
  const plain = useMemo(() => {
    const counts = countByNode(topology);
    const { agents, deskId } = topology;
    return [
      ...agents.map((agent) => ({ id: agent.id as string, agent })),
      ...(deskId === null ? [] : [{ id: deskId as string, agent: null }]),
    ].map(({ id, agent }): AgentNodeType => {
      const { x, y } = positions.get(id) ?? { x: 0, y: 0 };
      return {
        id,
        type: "agent",
        position: { x: x - nodeWidth / 2, y: y - nodeHeight / 2 },
        width: nodeWidth,
        height: nodeHeight,
        // Known beforehand, so that nothing has to be measured before it is drawn.
        measured: { width: nodeWidth, height: nodeHeight },
        handles: [handle("source"), handle("target")],
        data: { agent, counts: counts.get(id) ?? noCounts, isSelected: false, isStop: false },
      };
    });
  }, [topology, positions]);
  return useMemo(
    () =>
      plain.map((node) => {
        const isNear = focus?.nodes.has(node.id) ?? false;
        const isSelected = node.id === selectedId;
        const isStop = node.id === stopId;
        // What stays as it is stays the same object, so that React Flow leaves it alone.
        if (!isNear && !isSelected && !isStop) return node;
        return { ...node, className: isNear ? "is-near" : "", data: { ...node.data, isSelected, isStop } };
      }),
    [plain, focus, selectedId, stopId],
  );
}

/** In the middle of the node; the edges' paths end at its border. */
const handle = (type: "source" | "target") => ({
  type,
  position: Position.Right,
  x: nodeWidth / 2,
  y: nodeHeight / 2,
  width: 1,
  height: 1,
});

function useEdges(
  drawn: readonly TopologyEdge[],
  positions: ReadonlyMap<string, Point>,
  focus: Focus | undefined,
): PermissionEdgeType[] {
  const plain = useMemo(() => {
    return drawn.flatMap((edge): PermissionEdgeType[] => {
      const from = positions.get(edge.senderId);
      const to = positions.get(edge.recipientId);
      if (from === undefined || to === undefined) return [];
      const state = stateOf(edge);
      const look: EdgeLook = state === "permitted" && edge.sent === 0 ? "quiet" : state;
      return [
        {
          id: keyOfEdge(edge),
          type: "permission",
          source: edge.senderId,
          target: edge.recipientId,
          className: `is-${look}`,
          data: { path: edgePath(from, to), look, width: widthOf(edge.sent) },
        },
      ];
    });
  }, [drawn, positions]);
  return useMemo(
    () =>
      focus === undefined
        ? plain
        : plain.map((edge) =>
            focus.edges.has(edge.id) ? { ...edge, className: `${edge.className} is-near` } : edge,
          ),
    [plain, focus],
  );
}
